use super::*;
use crate::geolocation::ground::index_layer;
use crate::geolocation::layers::{Columns, read_layer};
use crate::geolocation::{AddressIndex, StreetIndex, import_addresses};
use crate::store::{LayerKind, LayerStore};
use maraude_core::gazetteer::{NamedPlace, NamedPlaceKind};
use std::path::PathBuf;
use std::sync::Arc;

fn layers_of(text: &str) -> AreaLayers {
    let reading = read_layer(
        text.as_bytes(),
        LayerKind::Commune,
        &Columns::default(),
        &mut |_| {},
    )
    .unwrap();
    AreaLayers::from([(LayerKind::Commune, Arc::new(index_layer(reading.features)))])
}

const SQUARE: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature",
 "properties":{"code":"A"},"geometry":{"type":"Polygon","coordinates":
 [[[3.8,43.6],[3.9,43.6],[3.9,43.7],[3.8,43.7],[3.8,43.6]]]}}]}"#;

fn check(csv: &str) -> Result<String, String> {
    let mut out = Vec::new();
    locate(
        csv.as_bytes(),
        &layers_of(SQUARE),
        &NearNames::default(),
        &mut out,
        &mut |_| {},
    )
    .map_err(|error| error.to_string())?;
    Ok(String::from_utf8(out).unwrap())
}

#[test]
fn each_place_gets_its_code_and_how_surely() {
    let told = check(
        "id,lat,lon,accuracy_m\n1,43.65,3.85,10\n2,43.65,3.80001,10\n3,43.65,3.7,\n4,43.65,3.85,\n",
    );
    assert_eq!(
        told.unwrap(),
        "id,commune,commune_membership\n1,A,inside\n2,A,edge\n3,,\n4,A,inside\n"
    );
}

#[test]
fn the_nearest_address_is_named_with_its_distance() {
    let store = LayerStore::in_memory().unwrap();
    assert!(AddressIndex::load(&store).unwrap().is_none());
    let file = "id;numero;rep;nom_voie;code_insee;nom_commune;lon;lat\n\
        a;2;;Rue des Essais;99001;Clapas;3.850;43.650\n\
        b;4;bis;Rue des Essais;99001;Clapas;3.851;43.650\n";
    import_addresses(&store, file.as_bytes(), ("", 1), false, &mut |_| {}).unwrap();
    let addresses = AddressIndex::load(&store).unwrap();
    let mut out = Vec::new();
    let points = "id,lat,lon\n1,43.6501,3.851\n2,43.68,3.85\n";
    let layers = layers_of(SQUARE);
    locate(
        points.as_bytes(),
        &layers,
        &NearNames {
            addresses: addresses.as_ref(),
            streets: None,
        },
        &mut out,
        &mut |_| {},
    )
    .unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "id,commune,commune_membership,address,address_m\n\
         1,A,inside,\"4 bis Rue des Essais, Clapas\",11\n2,A,inside,,\n"
    );
    // A street without numbers is named on its line, not at an end.
    let at = |longitude| Coordinates {
        longitude,
        latitude: 43.68,
    };
    let street = NamedPlace {
        kind: NamedPlaceKind::Street,
        name: "Chemin Long".to_owned(),
        commune: String::new(),
        at: at(3.85),
        reach_m: 1_600.0,
        numbers: Vec::new(),
        lines: vec![vec![at(3.83), at(3.87)]],
    };
    let streets = StreetIndex::of(&[street]);
    let named = NearNames {
        addresses: addresses.as_ref(),
        streets: streets.as_ref(),
    };
    let mut out = Vec::new();
    locate(points.as_bytes(), &layers, &named, &mut out, &mut |_| {}).unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "id,commune,commune_membership,address,address_m,street,street_m\n\
         1,A,inside,\"4 bis Rue des Essais, Clapas\",11,,\n2,A,inside,,,Chemin Long,0\n"
    );
}

#[test]
fn a_bad_row_is_told_with_its_line_and_column() {
    assert_eq!(
        check("id,lat,lon\n1,43.6,3.8\n2,north,3.8\n").unwrap_err(),
        "line 3, column « lat »: not a number of degrees"
    );
    assert!(check("id,lat\n1,2\n").unwrap_err().contains("« lon »"));
}

/// Real layers and addresses, where `MARAUDE_GEODATA` names their folder; figures are printed.
#[test]
fn real_addresses_lie_in_at_most_one_polygon_of_each_tiling() {
    let Some(folder) = std::env::var_os("MARAUDE_GEODATA").map(PathBuf::from) else {
        println!("MARAUDE_GEODATA is not set: real layers were not tried");
        return;
    };
    let index = |file: &str, kind| {
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        let columns = Columns {
            code: (kind == LayerKind::Iris).then(|| "bureau".to_owned()),
            name: None,
            table: None,
        };
        let reading = read_layer(text.as_bytes(), kind, &columns, &mut |_| {}).unwrap();
        index_layer(reading.features)
    };
    let packed = std::fs::File::open(folder.join("mtp_adresses_2014_format_ban.csv.gz")).unwrap();
    let mut rows = csv::ReaderBuilder::new()
        .delimiter(b';')
        .from_reader(flate2::read::GzDecoder::new(packed));
    let headers = rows.headers().unwrap().clone();
    let column = |name| headers.iter().position(|header| header == name).unwrap();
    let (lon, lat) = (column("lon"), column("lat"));
    let places: Vec<Coordinates> = rows
        .records()
        .map(|row| {
            let row = row.unwrap();
            Coordinates {
                longitude: row[lon].parse().unwrap(),
                latitude: row[lat].parse().unwrap(),
            }
        })
        .collect();
    assert_eq!(places.len(), 36_025);
    for (file, kind) in [
        ("m3m_communes_2018.geojson", LayerKind::Commune),
        ("mtp_quartiers_2014.geojson", LayerKind::Quartier),
        ("mtp_sous_quartiers_2014.geojson", LayerKind::SousQuartier),
        ("mtp_bureaux_vote_2014.geojson", LayerKind::Iris),
    ] {
        let layer = index(file, kind);
        let mut held = [0_usize; 3];
        let mut edge = 0;
        for place in &places {
            held[layer.holding(*place).len().min(2)] += 1;
            edge += usize::from(
                layer
                    .locate(*place, Some(20.0))
                    .is_some_and(|(_, how)| how.code() == "edge"),
            );
        }
        println!(
            "{kind}: {} places in one, {} in none, {} in several; {edge} within 20 m of a border",
            held[1], held[0], held[2]
        );
        assert_eq!(held[2], 0, "{kind} is a tiling");
        assert!(held[1] * 100 > places.len() * 99);
    }
}
