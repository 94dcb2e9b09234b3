//! The page that stands beside a release: what the figures are, and why a surface is grey, in words
//! for a councillor. One HTML file without script, link to elsewhere, or anything to fetch.
//!
//! It must never hold a figure that is not in the release.

use super::{ExportError, rounded_to};
use geo::{BoundingRect, LineString, MultiPolygon};
use maraude_observatory::area::Level;
use maraude_observatory::disclosure::{Figure, Published, PublishedArea, Release, Settings, Stage};
use maraude_observatory::indicator::Unit;
use std::fmt::Write as _;
use std::io::Write;

/// Writes the page.
///
/// # Errors
/// When `out` refuses.
pub fn page(release: &Release, out: &mut dyn Write) -> Result<(), ExportError> {
    let published = release.published();
    let settings = Settings::parse(&published.settings).unwrap_or_default();
    let heading = &published.heading;
    let title = escaped(&format!(
        "{} · diffusion {}",
        heading.campaign, heading.number
    ));
    let band = if heading.exercise {
        "<p class=\"band\">EXERCICE : données inventées · EXERCISE: invented data</p>"
    } else {
        ""
    };
    write!(
        out,
        "<!doctype html>\n<html lang=\"fr\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n{band}\n\
         <h1>{title}</h1>\n<p class=\"said\">{}</p>\n<p lang=\"en\" class=\"said\">{}</p>\n{}\n",
        escaped(&published.sentence.fr),
        escaped(&published.sentence.en),
        french(published, &settings),
    )?;
    writeln!(out, "{}", errata(published))?;
    writeln!(out, "{}", withheld(published))?;
    writeln!(out, "{}", english(&settings))?;
    let lines: String = published
        .settings
        .iter()
        .fold(String::new(), |mut lines, line| {
            // Writing to a string cannot fail.
            let _ = write!(lines, "<li><code>{}</code></li>", escaped(line));
            lines
        });
    writeln!(
        out,
        "<section><h2>Réglages · Settings</h2>\n<ul class=\"settings\">{lines}</ul></section>\n\
         </body>\n</html>"
    )?;
    Ok(())
}

const STYLE: &str = "body{font:1.0625rem/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;\
padding:0 1rem;color:#1b1b1f;background:#fff}h1{font-size:1.6rem}h2{font-size:1.2rem;margin-top:2rem}\
.said{border-left:4px solid #2f5d8a;padding-left:1rem;font-size:1.125rem}\
.band{background:repeating-linear-gradient(45deg,#ffd54a 0 12px,#fff3c4 12px 24px);padding:.5rem 1rem;\
font-weight:700}table{border-collapse:collapse}th,td{text-align:left;padding:.25rem .75rem .25rem 0;\
border-bottom:1px solid #ccc}svg{width:100%;height:auto;border:1px solid #ccc}\
.settings{columns:2;font-size:.875rem}@media(max-width:600px){.settings{columns:1}}";

/// Text as it may stand in HTML.
fn escaped(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => clean.push_str("&amp;"),
            '<' => clean.push_str("&lt;"),
            '>' => clean.push_str("&gt;"),
            '"' => clean.push_str("&quot;"),
            '\'' => clean.push_str("&#39;"),
            other => clean.push(other),
        }
    }
    clean
}

fn french(published: &Published, settings: &Settings) -> String {
    if published.stage == Stage::Provisional {
        return format!(
            "<section><h2>Ce que dit ce chiffre</h2>\n<p>C'est un chiffre de la nuit même, arrondi à \
             la dizaine, avec l'intervalle où se trouve le vrai chiffre et la part des maraudes déjà \
             rendues. Il ne dit rien d'un quartier ou d'une rue. Les chiffres par quartier viendront \
             avec la diffusion consolidée, après relecture des doublons (arrondi : {}).</p></section>",
            settings.provisional_rounding
        );
    }
    let Settings {
        street_minimum_people: few,
        leaf_minimum_people: leaf,
        leaf_minimum_spots: spots,
        maximum_share_percent: share,
        complement_rounding: base,
        attribute_rounding: coarse,
        attack_minimum_values: values,
        site_minimum_people: sites,
        ..
    } = settings;
    let zero = if zero_is_left(settings) {
        ", dont zéro,"
    } else {
        ""
    };
    format!(
        "{}<section><h2>Pourquoi une surface est-elle grise ?</h2>\n\
         <p>Parce que montrer son chiffre pourrait désigner quelqu'un. Une personne qui dort dehors \
         peut être chassée, volée ou agressée si l'on sait où elle se trouve. Nous ne publions donc \
         un chiffre que si personne ne peut y être reconnu :</p>\n<ul>\n\
         <li>dans une commune ou un quartier, au moins <strong>{few} personnes</strong> à la rue ;</li>\n\
         <li>dans une surface plus petite (des carreaux réunis), au moins <strong>{leaf} \
         personnes</strong>, à au moins <strong>{spots} endroits</strong> différents, et pas plus de \
         {share} % au même endroit : une surface qui ne contient qu'un campement n'est jamais \
         montrée seule ;</li>\n\
         <li>les squats et les bidonvilles ne sont montrés que par commune, à partir de {sites} \
         personnes en trois lieux ; jamais plus finement, car leur place est leur secret.</li>\n</ul>\n\
         <p><strong>Gris ne veut pas dire zéro.</strong> Une commune ou un quartier gris peut compter \
         une personne, plusieurs, ou aucune : personne ne peut le savoir, même en soustrayant tous les \
         chiffres publiés les uns des autres, car {values} nombres au moins{zero} restent toujours \
         possibles. Un zéro n'est écrit que là où toutes les rues ont été parcourues sans rencontrer \
         personne, et si aucune surface voisine parcourue n'est grise : sinon les zéros désigneraient \
         celle où il y a quelqu'un.</p>\n\
         <p>Il arrive qu'un total soit arrondi (à {base} ou à un de ses multiples, écrit à côté ; à \
         {coarse} dans les tableaux par âge, genre, ménage ou situation), ou gris alors qu'il compte \
         assez de personnes : exact, il donnerait par soustraction celui d'une surface grise.</p>\n\
         <p>Chaque chiffre est un <strong>minimum</strong> : des personnes distinctes, rencontrées ou \
         vues, après relecture des doublons. La rue, les squats, les bidonvilles et les comptages de \
         partenaires ne s'additionnent pas.</p></section>",
        map(published)
    )
}

fn english(settings: &Settings) -> String {
    format!(
        "<section lang=\"en\"><h2>Why is an area grey?</h2>\n<p>Because its figure could point at \
         somebody who sleeps there. A commune or quartier is shown from {} people in the street; a \
         smaller area from {} people at {} places, with no more than {} % at one of them; squats and \
         shantytowns by commune only. Grey does not mean zero, nor somebody: at least {} numbers{zero} \
         remain possible for a grey commune or quartier. A zero is written only where every \
         street was walked and no walked neighbour is grey. A total can be rounded, or grey, because a \
         subtraction would give a grey area's figure away. Figures are minimums and the four subjects \
         are not to be added up.</p></section>",
        settings.street_minimum_people,
        settings.leaf_minimum_people,
        settings.leaf_minimum_spots,
        settings.maximum_share_percent,
        settings.attack_minimum_values,
        zero = if zero_is_left(settings) {
            ", zero among them,"
        } else {
            ""
        }
    )
}

/// As many numbers are left as a withheld area without parts can have: zero is one of them.
fn zero_is_left(settings: &Settings) -> bool {
    settings.attack_minimum_values >= settings.street_minimum_people
}

fn errata(published: &Published) -> String {
    let Some(number) = published.corrects else {
        return String::new();
    };
    let name = |code: &str| {
        let area = published.areas.iter().find(|area| area.code == code);
        escaped(area.map_or(code, |area| &area.name))
    };
    let mut rows = String::new();
    for one in &published.errata {
        // Writing to a string cannot fail.
        let _ = write!(
            rows,
            "<tr><th scope=\"row\">{}</th><td>{}</td><td>{}</td><td>{}</td></tr>",
            name(&one.code),
            subject(one.unit),
            told(one.was),
            told(one.now)
        );
    }
    if rows.is_empty() {
        rows.push_str("<tr><td colspan=\"4\">Aucun chiffre ne change.</td></tr>");
    }
    format!(
        "<section><h2>Erratum : cette diffusion corrige la diffusion {number}</h2>\n<p>Un chiffre qui \
         n'aurait changé que de quelques personnes garde sa valeur : la différence les désignerait. \
         Les tableaux par âge, genre, ménage et situation de la diffusion consolidée restent \
         valables.</p>\n<table><tr><th>Surface</th><th>Sujet</th><th>Était</th><th>Devient</th></tr>\
         {rows}</table></section>"
    )
}

fn withheld(published: &Published) -> String {
    let mut rows = String::new();
    for area in &published.areas {
        let secret: Vec<&str> = area
            .figures
            .iter()
            .filter(|(_, figure)| **figure == Figure::Withheld)
            .map(|(unit, _)| subject(*unit))
            .collect();
        if !secret.is_empty() {
            // Writing to a string cannot fail.
            let _ = write!(
                rows,
                "<tr><th scope=\"row\">{}</th><td>{}</td></tr>",
                escaped(&area.name),
                secret.join(", ")
            );
        }
    }
    if rows.is_empty() {
        return "<section><h2>Surfaces grises</h2>\n<p>Aucune.</p></section>".to_owned();
    }
    format!(
        "<section><h2>Surfaces grises de cette diffusion</h2>\n<table><tr><th>Surface</th>\
         <th>Chiffres non montrés</th></tr>{rows}</table></section>"
    )
}

fn subject(unit: Unit) -> &'static str {
    match unit {
        Unit::Street => "à la rue",
        Unit::Squat => "en squat",
        Unit::Bidonville => "en bidonville",
        Unit::Partner => "chez des partenaires",
    }
}

fn told(figure: Figure) -> String {
    match (figure.shown(), rounded_to(figure)) {
        (None, _) => "non montré".to_owned(),
        (Some(people), None) => people.to_string(),
        (Some(people), Some(to)) => format!("{people} (arrondi à {to})"),
    }
}

/// Width of the map, units of the drawing.
const WIDTH: f64 = 600.0;

/// The smallest areas with their street figure, darker where more people are; grey where withheld.
fn map(published: &Published) -> String {
    let Some(bounds) = published
        .areas
        .first()
        .and_then(|area| area.boundary.bounding_rect())
    else {
        return String::new();
    };
    let narrow = bounds.center().y.to_radians().cos();
    let scale = WIDTH / (bounds.width() * narrow).max(f64::MIN_POSITIVE);
    let high = bounds.height() * scale;
    let at = |x: f64, y: f64| {
        let across = (x - bounds.min().x) * narrow * scale;
        (across, (bounds.max().y - y) * scale)
    };
    let has_parts = |code: &str| {
        let parts = published.areas.iter();
        parts
            .into_iter()
            .any(|area| area.parent.as_deref() == Some(code))
    };
    let drawn: Vec<&PublishedArea> = published
        .areas
        .iter()
        .filter(|area| !has_parts(&area.code))
        .collect();
    let figure = |area: &PublishedArea| area.figures.get(&Unit::Street).and_then(|f| f.shown());
    let most = drawn.iter().filter_map(|area| figure(area)).max();
    let most = f64::from(most.unwrap_or(1).max(1));
    let mut paths = String::new();
    for area in drawn {
        let fill = match figure(area) {
            Some(people) => {
                let share = (f64::from(people) / most).sqrt();
                format!(
                    "rgb({:.0},{:.0},{:.0})",
                    225.0 - 178.0 * share,
                    233.0 - 140.0 * share,
                    242.0 - 104.0 * share
                )
            }
            None => "url(#grey)".to_owned(),
        };
        let kind = if area.level == Level::Leaf { 0.6 } else { 1.0 };
        // Writing to a string cannot fail.
        let _ = write!(
            paths,
            "<path fill=\"{fill}\" stroke=\"#444\" stroke-width=\"{kind}\" d=\"{}\"><title>{} : {}\
             </title></path>",
            outline(&area.boundary, &at),
            escaped(&area.name),
            area.figures
                .get(&Unit::Street)
                .map_or_else(String::new, |f| told(*f)),
        );
    }
    format!(
        "<figure><svg viewBox=\"0 0 {WIDTH:.0} {high:.0}\" role=\"img\" \
         aria-label=\"Carte des personnes à la rue, par surface\"><defs><pattern id=\"grey\" \
         width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\"><rect width=\"6\" height=\"6\" \
         fill=\"#ddd\"/><path d=\"M0 6L6 0\" stroke=\"#bbb\"/></pattern></defs>{paths}</svg>\
         <figcaption>Personnes à la rue. Plus foncé : plus de personnes. Hachures grises : chiffre \
         non montré.</figcaption></figure>\n"
    )
}

fn outline(boundary: &MultiPolygon<f64>, at: &impl Fn(f64, f64) -> (f64, f64)) -> String {
    let mut path = String::new();
    let mut ring = |line: &LineString<f64>| {
        for (number, corner) in line.coords().enumerate() {
            let (x, y) = at(corner.x, corner.y);
            let letter = if number == 0 { 'M' } else { 'L' };
            // Writing to a string cannot fail.
            let _ = write!(path, "{letter}{x:.1} {y:.1}");
        }
        path.push('Z');
    };
    for polygon in boundary {
        ring(polygon.exterior());
        polygon.interiors().iter().for_each(&mut ring);
    }
    path
}
