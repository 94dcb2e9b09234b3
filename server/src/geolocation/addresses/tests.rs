//! Files of addresses as they come: both headers, gzip, cut short, wrong.

use super::*;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fmt::Write as _;
use std::io::Write as _;

const NEW: &str = "id;id_fantoir;numero;rep;nom_voie;code_postal;code_insee;nom_commune;\
    code_insee_ancienne_commune;nom_ancienne_commune;x;y;lon;lat;type_position;alias;nom_ld;\
    libelle_acheminement;nom_afnor;source_position;source_nom_voie;certification_commune;\
    cad_parcelles\n";
const OLD: &str = "id;id_fantoir;numero;rep;nom_voie;code_postal;code_insee;nom_commune;\
    code_insee_ancienne_commune;nom_ancienne_commune;x;y;lon;lat;alias;nom_ld;\
    libelle_acheminement;nom_afnor;source_position;source_nom_voie\n";

fn rows(count: u32) -> String {
    let mut text = String::new();
    for n in 1..=count {
        writeln!(
            text,
            "99001_1_{n:05};;{n};;Rue d'Essai;99000;99001;Clapas;;;1;2;3.{n:04};43.5;;;;CLAPAS;;;;;"
        )
        .unwrap();
    }
    text
}

fn import(
    store: &LayerStore,
    file: &[u8],
    force: bool,
) -> Result<AddressReading, AddressFileError> {
    import_addresses(store, file, ("essai.csv", 1), force, &mut |_| {})
}

#[test]
fn both_headers_commas_and_gzip_are_read_by_name() {
    let store = LayerStore::in_memory().unwrap();
    let new = format!("{NEW}{}", rows(9));
    assert_eq!(
        import(&store, new.as_bytes(), false)
            .unwrap()
            .list
            .addresses,
        9
    );
    let old = format!(
        "\u{feff}{OLD}{}",
        rows(9).replace(";;;;CLAPAS;;;;;", ";;;CLAPAS;;;")
    );
    assert_eq!(
        import(&store, old.as_bytes(), false)
            .unwrap()
            .list
            .addresses,
        9
    );
    let few = "lat,lon,id,numero,rep,nom_voie,code_insee\n43.5,3.1,a,7,Bis,\"Rue A, B\",99001\n";
    let made = import(&store, few.as_bytes(), true).unwrap();
    let mut read = Vec::new();
    store
        .each_address(made.list.version, |address| read.push(address))
        .unwrap();
    assert_eq!(
        (read[0].suffix.as_str(), read[0].street.as_str()),
        ("bis", "Rue A, B")
    );
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(new.as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    assert_eq!(import(&store, &packed, false).unwrap().list.addresses, 9);
    // Cut off in the middle: nothing of it is kept.
    let lists = store.address_lists().unwrap();
    assert!(import(&store, &packed[..packed.len() - 20], true).is_err());
    assert_eq!(store.address_lists().unwrap(), lists);
}

#[test]
fn a_short_a_wrong_and_an_empty_file_are_refused_and_nothing_changes() {
    let store = LayerStore::in_memory().unwrap();
    import(&store, format!("{NEW}{}", rows(100)).as_bytes(), false).unwrap();
    let short = format!("{NEW}{}", rows(79));
    let refused = import(&store, short.as_bytes(), false).unwrap_err();
    assert!(matches!(
        refused,
        AddressFileError::Short {
            new: 79,
            before: 100
        }
    ));
    assert!(refused.to_string().contains("--force"));
    let refused = import(&store, b"a;b\n1;2\n", true).unwrap_err();
    assert!(refused.to_string().contains("« id »"), "{refused}");
    assert!(matches!(
        import(&store, NEW.as_bytes(), true),
        Err(AddressFileError::Empty)
    ));
    let wrong = format!("{NEW}{}", rows(10)).replace("43.5", "143.5");
    let refused = import(&store, wrong.as_bytes(), true).unwrap_err();
    assert!(matches!(
        refused,
        AddressFileError::Faulty {
            faulty: 10,
            line: 2,
            ..
        }
    ));
    assert!(import(&store, b"\xff\xfe\x00garbage", true).is_err());
    assert_eq!(store.address_lists().unwrap().len(), 1);
    assert_eq!(
        import(&store, short.as_bytes(), true)
            .unwrap()
            .list
            .addresses,
        79
    );
}

#[test]
fn a_few_faulty_rows_are_left_out_and_named() {
    let store = LayerStore::in_memory().unwrap();
    let text = format!("{NEW}{}", rows(60)).replace(";7;;Rue", ";sept;;Rue");
    let made = import(&store, text.as_bytes(), false).unwrap();
    assert_eq!((made.list.addresses, made.left_out), (59, 1));
    assert_eq!(made.named, [(8, "numero is no number")]);
}
