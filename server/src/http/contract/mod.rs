//! What the console and the server say to each other over `/api`, in JSON.
//!
//! Plain shapes: TypeScript and the OpenAPI document are generated from them. No rule lives here.

mod account;
mod campaign;
mod command;
mod comparison;
mod custody;
mod doubles;
mod estimation;
mod groups;
mod indicators;
mod observation;
mod overlap;
mod passkey;
mod person;
mod pin_reset;
mod quality;
mod quarantine;
mod release;
mod rescue;
mod review_log;
mod series;
mod session;
mod sheet_file;
mod tonight;
#[cfg(feature = "typescript")]
mod typescript;

pub use account::*;
pub use campaign::*;
pub use command::*;
pub use comparison::*;
pub use custody::*;
pub use doubles::*;
pub use estimation::*;
pub use groups::*;
pub use indicators::*;
pub use observation::*;
pub use overlap::*;
pub use passkey::*;
pub use person::*;
pub use pin_reset::*;
pub use quality::*;
pub use quarantine::*;
pub use release::*;
pub use rescue::*;
pub use review_log::*;
pub use series::*;
pub use session::*;
pub use sheet_file::*;
pub use tonight::*;
#[cfg(feature = "typescript")]
pub use typescript::typescript;
