//! The gazetteer over invented layers, and over real ones where they are at hand.

use super::*;
use crate::geolocation::import_addresses;
use geo::{LineString, Point};
use maraude_core::gazetteer::FoundKind;

fn feature(name: &str, geometry: Geometry<f64>) -> LayerFeature {
    LayerFeature {
        code: name.to_owned(),
        name: name.to_owned(),
        population: None,
        geometry,
    }
}

#[test]
fn addresses_centrelines_and_landmarks_are_one_gazetteer() {
    let store = LayerStore::in_memory().unwrap();
    let file = "id;numero;rep;nom_voie;code_insee;nom_commune;lon;lat\n\
        a;2;;Rue des Essais;99001;Clapas;3.10;43.500\n\
        b;6;;Rue des Essais;99001;Clapas;3.10;43.501\n\
        c;10;;Rue des Essais;99001;Clapas;3.10;43.502\n";
    import_addresses(
        &store,
        file.as_bytes(),
        ("essai.csv", 1),
        false,
        &mut |_| {},
    )
    .unwrap();
    let along = LineString::from(vec![(3.1, 43.4995), (3.1, 43.5025)]);
    let across = LineString::from(vec![(3.099, 43.501), (3.101, 43.501)]);
    let lines = [
        feature("Rue des Essais", along.into()),
        feature("Allée Neuve", across.into()),
    ];
    store
        .import(LayerKind::Street, "rues", 1, &lines, false)
        .unwrap();
    let bridge = [feature("Pont des Essais", Point::new(3.1, 43.503).into())];
    store
        .import(LayerKind::Landmark, "ponts", 1, &bridge, false)
        .unwrap();
    let versions = gazetteer_versions(&store, None).unwrap();
    assert_eq!(versions.len(), 3);
    let gazetteer = make_gazetteer(&store, &versions, &AreaLayers::new()).unwrap();
    assert_eq!(gazetteer.len(), 3);
    let kind = |query: &str| gazetteer.search(query, None, 3).found[0].kind;
    assert_eq!(kind("6 r des essais"), FoundKind::Address);
    assert_eq!(kind("4 r des essais"), FoundKind::Interpolated);
    assert_eq!(kind("angle essais et allee neuve"), FoundKind::Crossing);
    assert_eq!(kind("ss le pont des essais"), FoundKind::Landmark);
}

/// Every so many of the real queries are asked: a test is no benchmark.
const EVERY: usize = 7;

#[derive(Default)]
struct Asked {
    queries: usize,
    right: usize,
    sure: usize,
    wrong_and_sure: usize,
}

/// Queries by class against real addresses, streets and landmarks, where they are at hand.
#[test]
fn real_queries_find_their_street_and_wrong_ones_are_not_sure() {
    let Some(folder) = std::env::var_os("MARAUDE_GEODATA").map(std::path::PathBuf::from) else {
        println!("MARAUDE_GEODATA names no folder: real queries are not asked");
        return;
    };
    let open = |name: &str| std::fs::File::open(folder.join(name)).unwrap();
    let store = LayerStore::in_memory().unwrap();
    let addresses = open("mtp_adresses_2014_format_ban.csv.gz");
    import_addresses(&store, addresses, ("", 1), false, &mut |_| {}).unwrap();
    let versions = gazetteer_versions(&store, None).unwrap();
    let gazetteer = make_gazetteer(&store, &versions, &AreaLayers::new()).unwrap();
    let mut classes: BTreeMap<String, Asked> = BTreeMap::new();
    let mut queries = csv::ReaderBuilder::new()
        .delimiter(b';')
        .from_reader(open("mtp_geocode_queries.csv"));
    for row in queries.records().step_by(EVERY) {
        let row = row.unwrap();
        let answer = gazetteer.search(&row[1], None, 3);
        let asked = classes.entry(row[0].to_owned()).or_default();
        let right = answer
            .found
            .first()
            .is_some_and(|best| fold(&best.label).contains(fold(&row[6]).trim()));
        asked.queries += 1;
        asked.right += usize::from(right);
        asked.sure += usize::from(answer.confident);
        asked.wrong_and_sure += usize::from(answer.confident && !right);
    }
    let sum = |of: fn(&Asked) -> usize| classes.values().map(of).sum::<usize>();
    for (class, asked) in &classes {
        println!(
            "{class}: {} of {} find their street, {} sure alone, {} of these wrong",
            asked.right, asked.queries, asked.sure, asked.wrong_and_sure
        );
    }
    let (queries, wrong) = (sum(|a| a.queries), sum(|a| a.wrong_and_sure));
    assert!(queries > 300 && classes.len() > 5);
    assert!(
        wrong as f64 <= 0.005 * queries as f64,
        "{wrong} wrong of {queries}"
    );
    assert!(sum(|a| a.right) as f64 >= 0.95 * queries as f64);
    assert!(sum(|a| a.sure) * 2 > queries, "sure of little");
}
