//! The pages of OGC API - Features.

use super::collections::{Page, all, one};
use super::query::{CRS84, Items, LAMBERT_93, crs_of, geojson};
use super::{Answer, Collection, Door, Errand, Problem, link};
use serde_json::{Value, json};

const JSON: &str = "application/json";
const GEOJSON: &str = "application/geo+json";
const OPENAPI: &str = "application/vnd.oai.openapi+json;version=3.0";

fn titled(body: Value, title: String) -> Answer {
    Answer {
        body,
        media_type: JSON,
        title: Some(title),
        crs: None,
    }
}

/// `/`
pub fn landing(errand: &Errand) -> Answer {
    let (title, description) = match errand.door {
        Door::Open => (
            "Maraude : diffusions ouvertes",
            "Chiffres qui ont passé le contrôle de diffusion. Une surface sans chiffre n'est pas à zéro.",
        ),
        Door::Inside => (
            "Maraude : couches internes",
            "Couches importées et diffusions, pour la coordination et l'analyse.",
        ),
    };
    let body = json!({
        "title": title,
        "description": description,
        "links": [
            link("self", JSON, "Cette page", &errand.link("")),
            link("alternate", "text/html", "Cette page en HTML", &errand.link("?f=html")),
            link("service-desc", OPENAPI, "Description", &errand.link("/api")),
            link("conformance", JSON, "Conformité", &errand.link("/conformance")),
            link("data", JSON, "Collections", &errand.link("/collections")),
        ],
    });
    titled(body, title.to_owned())
}

/// `/conformance`
pub fn conformance(_: &Errand) -> Answer {
    let classes = [
        "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core",
        "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/oas30",
        "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/geojson",
        "http://www.opengis.net/spec/ogcapi-features-2/1.0/conf/crs",
    ];
    titled(json!({ "conformsTo": classes }), "Conformité".to_owned())
}

/// `/api`: the description in OpenAPI 3.0.
pub fn description(errand: &Errand) -> Answer {
    let parameter =
        |name: &str, kind: Value| json!({ "name": name, "in": "query", "schema": kind });
    let text = || json!({ "type": "string" });
    let ok = |kind: &str| json!({ "200": { "description": "ok", "content": { kind: {} } } });
    let at = json!({ "name": "collection", "in": "path", "required": true, "schema": text() });
    let of = json!({ "name": "item", "in": "path", "required": true, "schema": text() });
    let get = |parameters: Value, kind: &str| json!({ "get": { "parameters": parameters, "responses": ok(kind) } });
    let items = json!([
        at,
        parameter(
            "limit",
            json!({ "type": "integer", "minimum": 1, "maximum": 10_000, "default": 100 })
        ),
        parameter("offset", json!({ "type": "integer", "minimum": 0 })),
        parameter("after", json!({ "type": "integer", "minimum": 0 })),
        parameter("version", json!({ "type": "integer", "minimum": 1 })),
        parameter("bbox", text()),
        parameter("bbox-crs", text()),
        parameter("crs", text()),
        parameter("datetime", text()),
    ]);
    let body = json!({
        "openapi": "3.0.3",
        "info": { "title": "Maraude, OGC API - Features", "version": env!("CARGO_PKG_VERSION") },
        "servers": [{ "url": errand.link("") }],
        "paths": {
            "/": get(json!([]), JSON),
            "/conformance": get(json!([]), JSON),
            "/collections": get(json!([]), JSON),
            "/collections/{collection}": get(json!([at]), JSON),
            "/collections/{collection}/items": get(items, GEOJSON),
            "/collections/{collection}/items/{item}": get(json!([at, of]), GEOJSON),
        },
    });
    Answer {
        body,
        media_type: OPENAPI,
        title: None,
        crs: None,
    }
}

/// `/collections`
pub fn collections(errand: &Errand) -> Result<Answer, Problem> {
    let found: Vec<Value> = all(&errand.app, errand.door)?
        .iter()
        .map(|collection| told(errand, collection))
        .collect::<Result<_, _>>()?;
    let body = json!({
        "links": [
            link("self", JSON, "Collections", &errand.link("/collections")),
            link("alternate", "text/html", "En HTML", &errand.link("/collections?f=html")),
        ],
        "collections": found,
        "crs": [CRS84, LAMBERT_93],
    });
    Ok(titled(body, "Collections".to_owned()))
}

fn told(errand: &Errand, collection: &Collection) -> Result<Value, Problem> {
    let path = format!("/collections/{}", collection.id);
    let mut extent = json!({});
    if let Some(bounds) = collection.bounds(&errand.app)? {
        extent["spatial"] = json!({ "bbox": [bounds], "crs": CRS84 });
    }
    if let Some([first, last]) = &collection.days {
        let interval = [format!("{first}T00:00:00Z"), format!("{last}T23:59:59Z")];
        extent["temporal"] = json!({
            "interval": [interval],
            "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian",
        });
    }
    Ok(json!({
        "id": collection.id,
        "title": collection.title,
        "description": collection.description,
        "itemType": "feature",
        "extent": extent,
        "crs": ["#/crs", CRS84, LAMBERT_93],
        "storageCrs": CRS84,
        "links": [
            link("self", JSON, &collection.title, &errand.link(&path)),
            link("items", GEOJSON, "Objets", &errand.link(&format!("{path}/items"))),
            link("alternate", "text/html", "En HTML", &errand.link(&format!("{path}?f=html"))),
        ],
    }))
}

/// `/collections/{collection}`
pub fn collection(errand: &Errand, id: &str) -> Result<Answer, Problem> {
    let found = one(&errand.app, errand.door, id)?;
    let mut body = told(errand, &found)?;
    body["crs"] = json!([CRS84, LAMBERT_93]);
    Ok(titled(body, found.title.clone()))
}

/// `/collections/{collection}/items`
pub fn items(errand: &Errand, id: &str) -> Result<Answer, Problem> {
    let mut found = one(&errand.app, errand.door, id)?;
    let asked = Items::read(&errand.asked, &found)?;
    if let Some(version) = errand
        .asked
        .get("version")
        .and_then(|text| text.parse().ok())
    {
        found = found.in_version(&errand.app, version)?;
    }
    let page = if asked.meets_days(&found) {
        found.page(&errand.app, &asked)?
    } else {
        Page {
            features: Vec::new(),
            matched: 0,
            last: None,
        }
    };
    let returned = page.features.len();
    let features: Vec<Value> = page
        .features
        .iter()
        .map(|feature| geojson(feature, asked.crs))
        .collect();
    let links = links_of(errand, &found, &asked, (&page, returned));
    Ok(Answer {
        body: json!({
            "type": "FeatureCollection",
            "numberMatched": page.matched,
            "numberReturned": returned,
            "timeStamp": timestamp(errand),
            "links": links,
            "features": features,
        }),
        media_type: GEOJSON,
        title: None,
        crs: Some(asked.crs),
    })
}

/// Links of a page of items: it is found again by its offset, the next one of a layer by the feature this one
/// ended with, so that it costs no more than the first.
fn links_of(
    errand: &Errand,
    found: &Collection,
    asked: &Items,
    (page, returned): (&Page, usize),
) -> Vec<Value> {
    let path = format!("/collections/{}", found.id);
    let here = |offset: usize, after: Option<u64>| {
        let of_pages = ["offset", "limit", "after", "version"];
        let mut query: Vec<String> = errand
            .asked
            .iter()
            .filter(|(name, _)| !of_pages.contains(&name.as_str()))
            .map(|(name, value)| format!("{}={}", escaped(name), escaped(value)))
            .collect();
        query.push(format!("limit={}", asked.limit));
        query.push(format!("offset={offset}"));
        query.extend(found.version().map(|version| format!("version={version}")));
        query.extend(after.map(|after| format!("after={after}")));
        errand.link(&format!("{path}/items?{}", query.join("&")))
    };
    let mut links = vec![
        link(
            "self",
            GEOJSON,
            "Cette page",
            &here(asked.offset, asked.after),
        ),
        link("collection", JSON, &found.title, &errand.link(&path)),
    ];
    let next = asked.offset.saturating_add(returned);
    if returned > 0 && (next as u64) < page.matched {
        links.push(link(
            "next",
            GEOJSON,
            "Page suivante",
            &here(next, page.last),
        ));
    }
    if asked.offset > 0 {
        let before = asked.offset.saturating_sub(asked.limit);
        links.push(link(
            "prev",
            GEOJSON,
            "Page précédente",
            &here(before, None),
        ));
    }
    links
}

/// `/collections/{collection}/items/{item}`
pub fn item(errand: &Errand, (id, number): &(String, u64)) -> Result<Answer, Problem> {
    let found = one(&errand.app, errand.door, id)?;
    let crs = crs_of(errand.asked.get("crs").map(String::as_str))?;
    let feature = found.item(&errand.app, *number)?;
    let mut body = geojson(&feature.ok_or(Problem::not_found())?, crs);
    let path = format!("/collections/{id}");
    body["links"] = json!([
        link(
            "self",
            GEOJSON,
            "Cet objet",
            &errand.link(&format!("{path}/items/{number}"))
        ),
        link("collection", JSON, &found.title, &errand.link(&path)),
    ]);
    Ok(Answer {
        body,
        media_type: GEOJSON,
        title: None,
        crs: Some(crs),
    })
}

/// When this was answered, to the second.
fn timestamp(errand: &Errand) -> String {
    let now = errand.app.clock().now() / 1_000;
    jiff::Timestamp::from_second(now).map_or_else(|_| String::new(), |now| now.to_string())
}

/// A text as it may stand in a query.
fn escaped(text: &str) -> String {
    text.bytes().fold(String::new(), |all, byte| match byte {
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b',' => {
            all + char::from(byte).encode_utf8(&mut [0; 4])
        }
        other => all + &format!("%{other:02X}"),
    })
}
