use super::*;
use geo::CoordsIter;

mod formats;

const SQUARE: &str = "[[[3.8,43.6],[3.9,43.6],[3.9,43.7],[3.8,43.7],[3.8,43.6]]]";

fn collection(features: &[String]) -> String {
    format!(
        "{{\"type\":\"FeatureCollection\",\n\"features\":[\n{}\n]}}",
        features.join(",\n")
    )
}

fn area(properties: &str, coordinates: &str) -> String {
    format!(
        "{{\"type\":\"Feature\",\"properties\":{properties},\
         \"geometry\":{{\"type\":\"Polygon\",\"coordinates\":{coordinates}}}}}"
    )
}

fn check(text: &str, kind: LayerKind, columns: &Columns) -> Result<Vec<LayerFeature>, String> {
    read_layer(text.as_bytes(), kind, columns, &mut |_| {})
        .map(|reading| reading.features)
        .map_err(|error| error.to_string())
}

#[test]
fn codes_names_and_population_are_read_by_their_columns() {
    let text = collection(&[
        area(
            r#"{"code":34172.0,"nom":"Ville","population":307000}"#,
            SQUARE,
        ),
        area(r#"{"code":"34057","nom":null}"#, SQUARE),
    ]);
    let features = check(&text, LayerKind::Commune, &Columns::default()).unwrap();
    assert_eq!(
        (features[0].code.as_str(), features[0].name.as_str()),
        ("34172", "Ville")
    );
    assert_eq!(features[0].population, Some(307_000));
    assert_eq!(features[1].name, "34057");
}

#[test]
fn what_is_wrong_is_told_with_its_feature_and_line() {
    let good = area(r#"{"code":"A"}"#, SQUARE);
    let none = Columns::default();
    let told = |features: &[String], kind| check(&collection(features), kind, &none).unwrap_err();
    let open = area(
        r#"{"code":"B"}"#,
        "[[[3.8,43.6],[3.9,43.6],[3.9,43.7],[3.8,43.7]]]",
    );
    assert!(
        told(&[good.clone(), open], LayerKind::Sector)
            .starts_with("feature 2 (line 4): one of its rings is not closed")
    );
    assert!(
        told(std::slice::from_ref(&good), LayerKind::Street)
            .contains("a Polygon does not belong in a layer of kind street")
    );
    assert!(told(&[area(r#"{"x":1}"#, SQUARE)], LayerKind::Iris).contains("--code (columns: x)"));
    let empty_code = area(r#"{"code":""}"#, SQUARE);
    assert!(told(&[good, empty_code], LayerKind::Iris).contains("« code » is empty"));
}

#[test]
fn files_that_are_no_collection_are_refused() {
    let none = Columns::default();
    let told = |text: &str| check(text, LayerKind::Commune, &none).unwrap_err();
    assert!(told("{\"type\":\"FeatureCollection\",\n\"features\":[{").starts_with("line 2"));
    assert!(told("[1,2]").contains("not a GeoJSON FeatureCollection"));
    assert!(told("{\"type\":\"Topology\"}").contains("not a GeoJSON FeatureCollection"));
    assert!(told(&collection(&[])).contains("no feature"));
    let other = collection(&[area(r#"{"code":"A"}"#, SQUARE)]).replace(
        "\"features\"",
        "\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"EPSG:27572\"}},\"features\"",
    );
    assert!(told(&other).contains("EPSG:27572"));
}

#[test]
fn lambert_93_is_told_by_name_or_by_its_numbers() {
    let ring = "[[[769588.62,6276876.75],[769700,6276876.75],[769700,6276990],\
                [769588.62,6276876.75]]]";
    let text = collection(&[area(r#"{"code":"A"}"#, ring)]);
    let named = text.replace(
        "\"features\"",
        "\"crs\":{\"type\":\"name\",\"properties\":{\"name\":\"urn:ogc:def:crs:EPSG::2154\"}},\
         \"features\"",
    );
    for text in [text, named] {
        let features = check(&text, LayerKind::Sector, &Columns::default()).unwrap();
        let first = features[0].geometry.coords_iter().next().unwrap();
        assert!((first.x - 3.861_405).abs() < 1e-6 && (first.y - 43.587_533).abs() < 1e-6);
    }
}

#[test]
fn too_many_vertices_are_refused() {
    let ring: Vec<String> = (0..=VERTEX_LIMIT)
        .map(|n| format!("[3.8,{}]", 43.0 + n as f64 * 1e-7))
        .collect();
    let line = format!(
        "{{\"type\":\"Feature\",\"properties\":{{}},\"geometry\":\
         {{\"type\":\"LineString\",\"coordinates\":[{}]}}}}",
        ring.join(",")
    );
    let told = check(&collection(&[line]), LayerKind::Street, &Columns::default());
    assert!(told.unwrap_err().contains("1000000 vertices"));
}

#[test]
fn areas_that_share_a_code_are_joined_or_told_apart() {
    let text = collection(&[
        area(r#"{"code":"A","nom":"Un"}"#, SQUARE),
        area(r#"{"code":"A","nom":"Deux"}"#, SQUARE),
        area(r#"{"code":"A-2","nom":"Trois"}"#, SQUARE),
        area(r#"{"code":"A","nom":"Un"}"#, SQUARE),
    ]);
    let reading = read_layer(
        text.as_bytes(),
        LayerKind::Iris,
        &Columns::default(),
        &mut |_| {},
    )
    .unwrap();
    let codes: Vec<_> = reading.features.iter().map(|f| f.code.as_str()).collect();
    assert_eq!(codes, ["A", "A-3", "A-2"]);
    let about_codes = |note: &&LayerNote| {
        matches!(
            note,
            LayerNote::Joined { .. } | LayerNote::Renumbered { .. }
        )
    };
    assert_eq!(reading.notes.iter().filter(about_codes).count(), 2);
    assert!(reading.notes[0].to_string().contains("kept as A-3"));
}

#[test]
fn files_of_iris_and_priority_districts_are_read_by_their_own_columns() {
    let read = |properties: [&str; 2], kind| {
        let text = collection(&properties.map(|one| area(one, SQUARE)));
        let features = check(&text, kind, &Columns::default()).unwrap();
        let told = features
            .into_iter()
            .map(|feature| (feature.code, feature.name));
        told.collect::<Vec<_>>()
    };
    let told = |code: &str, name: &str| (code.to_owned(), name.to_owned());
    let iris = [
        r#"{"INSEE_COM":"99001","NOM_COM":"Clapas","IRIS":"0101","CODE_IRIS":"990010101","NOM_IRIS":"Centre","TYP_IRIS":"H"}"#,
        r#"{"INSEE_COM":"99001","NOM_COM":"Clapas","IRIS":"0102","CODE_IRIS":"990010102","NOM_IRIS":"Gare","TYP_IRIS":"H"}"#,
    ];
    assert_eq!(
        read(iris, LayerKind::Iris),
        [told("990010101", "Centre"), told("990010102", "Gare")]
    );
    let districts = [
        r#"{"insee_com":"99001","lib_com":"Clapas","code_qp":"QN09901M","lib_qp":"Les Figuiers"}"#,
        r#"{"insee_com":"99001","lib_com":"Clapas","code_qp":"QN09902M","lib_qp":"Gambette"}"#,
    ];
    assert_eq!(
        read(districts, LayerKind::Qpv),
        [
            told("QN09901M", "Les Figuiers"),
            told("QN09902M", "Gambette")
        ]
    );
    // Negative control: as communes, the same file is read by the commune's code.
    let communes = read(iris, LayerKind::Commune);
    assert!(
        communes
            .iter()
            .all(|(code, _)| code.starts_with("99001") && code.len() < 9)
    );
}
