//! `maraude geocode`: a CSV of typed places in, where they are out.
//!
//! It must never write half an answer: the result appears whole or not at all.

use maraude_core::gazetteer::Gazetteer;
use maraude_core::model::Coordinates;
use std::io::{Read, Write};

/// Why places cannot be geocoded.
#[derive(Debug, thiserror::Error)]
pub enum GeocodeError {
    /// The file is not CSV, or cannot be read or written.
    #[error("the CSV cannot be read or written: {0}")]
    Csv(#[from] csv::Error),
    /// A column is missing.
    #[error("column « {column} » is missing (expected id, query and optionally lat, lon)")]
    MissingColumn {
        /// Which.
        column: &'static str,
    },
    /// The answer cannot be flushed.
    #[error("the answer cannot be written: {0}")]
    Output(#[from] std::io::Error),
}

/// What came of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GeocodeSummary {
    /// Queries read.
    pub queries: usize,
    /// Queries with a candidate.
    pub found: usize,
    /// Queries whose candidate may be taken alone.
    pub confident: usize,
}

/// Geocodes each query.
///
/// # Shape
/// In: `id,query` and optionally `lat,lon`, where the team stands; `,` or `;`. Out:
/// `id,lat,lon,label,kind,score,gap,confident`, one row per query; an empty position is no answer.
pub fn geocode(
    queries: impl Read,
    gazetteer: &Gazetteer,
    out: impl Write,
    progress: &mut dyn FnMut(usize),
) -> Result<GeocodeSummary, GeocodeError> {
    let mut text = String::new();
    let mut queries = std::io::BufReader::new(queries);
    queries.read_to_string(&mut text)?;
    let header = text.lines().next().unwrap_or_default();
    let semicolons = header.contains(';') && !header.contains(',');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(if semicolons { b';' } else { b',' })
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let headers = reader.headers()?.clone();
    let find = |column: &str| {
        let bare = |name: &str| name.trim_start_matches('\u{feff}').to_owned();
        headers.iter().position(|name| bare(name) == column)
    };
    let needed = |column| find(column).ok_or(GeocodeError::MissingColumn { column });
    let (id, query) = (needed("id")?, needed("query")?);
    let stands = find("lat").zip(find("lon"));
    let mut writer = csv::Writer::from_writer(out);
    writer.write_record([
        "id",
        "lat",
        "lon",
        "label",
        "kind",
        "score",
        "gap",
        "confident",
    ])?;
    let mut summary = GeocodeSummary::default();
    for row in reader.records() {
        let row = row?;
        let degrees = |at: usize| row.get(at).and_then(|text| text.parse::<f64>().ok());
        let near = stands.and_then(|(lat, lon)| {
            let (latitude, longitude) = degrees(lat).zip(degrees(lon))?;
            Some(Coordinates {
                longitude,
                latitude,
            })
        });
        let answer = gazetteer.search(row.get(query).unwrap_or_default(), near, 5);
        summary.queries += 1;
        summary.found += usize::from(!answer.found.is_empty());
        summary.confident += usize::from(answer.confident);
        let id = row.get(id).unwrap_or_default();
        match answer.found.first() {
            Some(best) => writer.write_record([
                id,
                &format!("{:.6}", best.at.latitude),
                &format!("{:.6}", best.at.longitude),
                &best.label,
                best.kind.code(),
                &format!("{:.3}", best.fit),
                &format!("{:.3}", answer.gap),
                if answer.confident { "true" } else { "false" },
            ])?,
            None => writer.write_record([id, "", "", "", "", "", "", "false"])?,
        }
        progress(summary.queries);
    }
    writer.flush()?;
    Ok(summary)
}
