//! The tablet's core for the browser's worker: text in, text out.
//!
//! Conversions and the platform's randomness only; it must never hold a rule of the domain. Events,
//! effects and views cross as JSON; their TypeScript types are generated from the Rust ones. A
//! panic becomes a JavaScript error that says where, never what.

use maraude_core::tablet::{Effect, Event, LastWords, PinCost, StoredFile, Tablet};
use std::cell::RefCell;
use wasm_bindgen::prelude::{JsError, wasm_bindgen};

/// The version of the core, as its build wrote it.
#[wasm_bindgen]
pub fn core_version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

/// Tries a PIN that opens nothing, so that the worker can time what one try costs here.
#[wasm_bindgen]
pub fn probe_pin_cost(memory_kib: u32, passes: u32) -> bool {
    PinCost { memory_kib, passes }.probe()
}

thread_local! {
    /// Beside the door, which a panic leaves locked.
    static LAST_WORDS: RefCell<LastWords> = RefCell::default();
}

/// What the core would have written down of the work it died of: JSON of `StorageOperation[]`.
/// To be asked once, after a panic; nothing else may be called by then.
#[wasm_bindgen]
pub fn last_words() -> String {
    let operations = LAST_WORDS.with_borrow(LastWords::operations);
    serde_json::to_string(&operations).unwrap_or_default()
}

/// The tablet behind its door.
#[wasm_bindgen]
#[derive(Default)]
pub struct TabletDoor {
    tablet: Option<Tablet>,
}

#[wasm_bindgen]
impl TabletDoor {
    /// A closed door; nothing works before [`TabletDoor::open`].
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic
                .location()
                .map_or_else(String::new, |at| format!("{}:{}", at.file(), at.line()));
            wasm_bindgen::throw_str(&format!("core panicked at {place}"));
        }));
        Self::default()
    }

    /// Opens the tablet over its files. JSON of `StoredFile[]` in, of `Effect[]` out; `now` is
    /// milliseconds since 1970.
    ///
    /// # Errors
    /// When the text is not what the door takes, or no randomness can be had.
    pub fn open(&mut self, files: &str, now: f64) -> Result<String, JsError> {
        let files: Vec<StoredFile> =
            serde_json::from_slice(files.as_bytes()).map_err(|error| not_understood(&error))?;
        let mut tablet = Tablet::open(files, now as i64, seed()?);
        LAST_WORDS.set(tablet.last_words());
        let effects = tablet.dispatch(Event::Tick, now as i64, seed()?);
        self.tablet = Some(tablet);
        write(&effects)
    }

    /// Something happened. JSON of an `Event` in, of `Effect[]` out.
    ///
    /// # Errors
    /// When the text is not an event, the door is closed, or no randomness can be had.
    pub fn dispatch(&mut self, event: &str, now: f64) -> Result<String, JsError> {
        let event = Event::from_json(event).map_err(|error| not_understood(&error))?;
        let seed = seed()?;
        let effects = self.tablet()?.dispatch(event, now as i64, seed);
        write(&effects)
    }

    /// Everything on screen: JSON of a `View`.
    ///
    /// # Errors
    /// When the door is closed.
    pub fn view(&mut self, now: f64) -> Result<String, JsError> {
        let view = self.tablet()?.view_at(now as i64);
        serde_json::to_string(&view).map_err(|_| JsError::new("the view cannot be written"))
    }

    fn tablet(&mut self) -> Result<&mut Tablet, JsError> {
        self.tablet
            .as_mut()
            .ok_or_else(|| JsError::new("the door is not open"))
    }
}

/// The error's own words may quote an answer: only its place is told.
fn not_understood(error: &serde_json::Error) -> JsError {
    JsError::new(&format!("not understood at column {}", error.column()))
}

fn write(effects: &[Effect]) -> Result<String, JsError> {
    serde_json::to_string(effects).map_err(|_| JsError::new("the effects cannot be written"))
}

fn seed() -> Result<[u8; 32], JsError> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|_| JsError::new("no randomness"))?;
    Ok(seed)
}
