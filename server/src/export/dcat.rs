//! The record of a release for an open-data portal: DCAT-AP 3 as JSON-LD.
//!
//! It must never name a place of ours on the network: distributions are named relative to wherever
//! the record is put. `super` calls it.

use super::{ExportError, Format};
use geo::BoundingRect;
use maraude_observatory::disclosure::{Published, Release};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::io::Write;

/// Who publishes, under which licence: what a release does not know. A portal wants all three.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publisher {
    /// Address of the licence.
    pub licence: Option<String>,
    /// Name of the organisation.
    pub name: Option<String>,
    /// Mail address that answers questions.
    pub contact: Option<String>,
}

/// Writes the record.
///
/// # Errors
/// When `out` refuses.
pub fn dcat(
    release: &Release,
    publisher: &Publisher,
    out: &mut dyn Write,
) -> Result<(), ExportError> {
    let published = release.published();
    let heading = &published.heading;
    let distributions: Vec<Value> = Format::ALL
        .into_iter()
        .filter(|format| !matches!(format, Format::Dcat))
        .map(|format| distribution(format, release, publisher))
        .collect();
    let mut dataset = json!({
        "@type": "dcat:Dataset",
        "@id": "",
        "dct:title": [
            said("fr", &format!("Personnes sans abri comptées, {}", heading.campaign)),
            said("en", &format!("People sleeping rough as counted, {}", heading.campaign)),
        ],
        "dct:description": [
            said("fr", &published.sentence.fr),
            said("en", &published.sentence.en),
        ],
        "dct:identifier": format!("{}-{}", heading.campaign, heading.number),
        "dcat:version": heading.number.to_string(),
        "dct:language": {
            "@id": "http://publications.europa.eu/resource/authority/language/FRA",
        },
        "dcat:keyword": [said("fr", "sans-abri"), said("fr", "nuit de la solidarité")],
        "dct:provenance": {
            "@type": "dct:ProvenanceStatement",
            "rdfs:label": said("fr", &format!(
                "Contrôle de diffusion : {}", published.settings.join(" ")
            )),
        },
        "dcat:distribution": distributions,
    });
    add_what_varies(&mut dataset, published);
    add_publisher(&mut dataset, publisher);
    let record = json!({
        "@context": {
            "adms": "http://www.w3.org/ns/adms#",
            "dcat": "http://www.w3.org/ns/dcat#",
            "dct": "http://purl.org/dc/terms/",
            "geo": "http://www.opengis.net/ont/geosparql#",
            "foaf": "http://xmlns.com/foaf/0.1/",
            "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
            "vcard": "http://www.w3.org/2006/vcard/ns#",
            "xsd": "http://www.w3.org/2001/XMLSchema#",
        },
        "@graph": [dataset],
    });
    serde_json::to_writer_pretty(&mut *out, &record)?;
    out.write_all(b"\n")?;
    Ok(())
}

/// Status, what it replaces, days, extent: where there are some.
fn add_what_varies(dataset: &mut Value, published: &Published) {
    let heading = &published.heading;
    if heading.exercise {
        dataset["adms:status"] = json!("exercise");
    }
    if let Some(number) = published.corrects {
        dataset["dct:replaces"] = json!(format!("{}-{number}", heading.campaign));
    }
    if let (Some(first), Some(last)) = (heading.nights.first(), heading.nights.last()) {
        dataset["dct:temporal"] = json!({
            "@type": "dct:PeriodOfTime",
            "dcat:startDate": { "@type": "xsd:date", "@value": first },
            "dcat:endDate": { "@type": "xsd:date", "@value": last },
        });
    }
    let bounds = published
        .areas
        .first()
        .and_then(|area| area.boundary.bounding_rect());
    if let Some(bounds) = bounds {
        let (low, high) = (bounds.min(), bounds.max());
        dataset["dct:spatial"] = json!({
            "@type": "dct:Location",
            "dcat:bbox": {
                "@type": "geo:wktLiteral",
                "@value": format!(
                    "POLYGON(({0:.6} {1:.6},{2:.6} {1:.6},{2:.6} {3:.6},{0:.6} {3:.6},{0:.6} {1:.6}))",
                    low.x, low.y, high.x, high.y
                ),
            },
        });
    }
}

fn add_publisher(dataset: &mut Value, publisher: &Publisher) {
    if let Some(name) = &publisher.name {
        dataset["dct:publisher"] = json!({ "@type": "foaf:Agent", "foaf:name": name });
    }
    if let Some(contact) = &publisher.contact {
        let mail = format!("mailto:{contact}");
        dataset["dcat:contactPoint"] = json!({
            "@type": "vcard:Kind",
            "vcard:hasEmail": { "@id": mail },
        });
    }
}

fn said(language: &str, text: &str) -> Value {
    json!({ "@language": language, "@value": text })
}

fn distribution(format: Format, release: &Release, publisher: &Publisher) -> Value {
    let name = format.file_name(release);
    let mut told = json!({
        "@type": "dcat:Distribution",
        "dct:title": said("fr", &name),
        "dcat:accessURL": { "@id": name },
        "dcat:mediaType": format.media_type(),
    });
    if let Some(licence) = &publisher.licence {
        told["dct:license"] = json!({ "@id": licence });
    }
    told
}
