//! Landing page and collections for a person with a browser.

use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::IntoResponse;
use serde_json::Value;
use std::fmt::Write;

/// A page from what its JSON says: title, description, links, collections.
pub fn page(title: &str, body: &Value) -> impl IntoResponse + use<> {
    let mut text = format!(
        "<!doctype html>\n<html lang=\"fr\">\n<head>\n<meta charset=\"utf-8\">\n<meta \
         name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{0}</title>\n\
         <style>body{{font:1rem/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 \
         1rem}}</style>\n</head>\n<body>\n<h1>{0}</h1>\n",
        escaped(title)
    );
    if let Some(description) = body["description"].as_str() {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "<p>{}</p>", escaped(description));
    }
    for class in body["conformsTo"].as_array().into_iter().flatten() {
        let _ = writeln!(
            text,
            "<p><code>{}</code></p>",
            escaped(class.as_str().unwrap_or_default())
        );
    }
    for collection in body["collections"].as_array().into_iter().flatten() {
        let name = collection["title"].as_str().unwrap_or_default();
        let told = collection["description"].as_str().unwrap_or_default();
        let _ = writeln!(text, "<h2>{}</h2>\n<p>{}</p>", escaped(name), escaped(told));
        links(&mut text, collection);
    }
    links(&mut text, body);
    text.push_str("</body>\n</html>\n");
    (
        [
            (CONTENT_TYPE, "text/html; charset=utf-8"),
            (
                CONTENT_SECURITY_POLICY,
                "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
                 frame-ancestors 'none'",
            ),
        ],
        text,
    )
}

fn links(text: &mut String, of: &Value) {
    text.push_str("<ul>\n");
    for link in of["links"].as_array().into_iter().flatten() {
        let part = |name: &str| escaped(link[name].as_str().unwrap_or_default());
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "<li><a href=\"{}\">{}</a> <small>{}</small></li>",
            part("href"),
            part("title"),
            part("type")
        );
    }
    text.push_str("</ul>\n");
}

fn escaped(text: &str) -> String {
    let text = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    text.replace('"', "&quot;").replace('\'', "&#39;")
}
