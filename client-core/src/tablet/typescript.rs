//! TypeScript declarations generated from the Rust types that cross a border.
//!
//! It must never write a file. `xtask` writes what it returns beside the screens and compares it
//! with what is committed.

use super::{Effect, Event, StoredFile, View};
use std::collections::BTreeMap;
use ts_rs::{Config, TS, TypeVisitor};

/// Declarations of types and of everything they use, each once, ordered by name.
pub struct Declarations {
    config: Config,
    by_name: BTreeMap<String, String>,
}

impl Default for Declarations {
    fn default() -> Self {
        Self {
            config: Config::new().with_large_int("number"),
            by_name: BTreeMap::new(),
        }
    }
}

impl Declarations {
    /// Adds a type and everything it uses.
    pub fn add<T: TS + 'static + ?Sized>(&mut self) {
        if T::output_path().is_some() {
            let name = T::ident(&self.config);
            if self.by_name.contains_key(&name) {
                return T::visit_generics(self);
            }
            let text = format!(
                "{}export {}\n",
                T::docs().unwrap_or_default(),
                T::decl(&self.config)
            );
            self.by_name.insert(name, text);
        }
        T::visit_dependencies(self);
        T::visit_generics(self);
    }

    /// One TypeScript module.
    pub fn into_module(self) -> String {
        let mut module = "// Generated from the Rust types; do not edit.\n".to_owned();
        for text in self.by_name.into_values() {
            module.push('\n');
            module.push_str(&text);
        }
        module
    }
}

impl TypeVisitor for Declarations {
    fn visit<T: TS + 'static + ?Sized>(&mut self) {
        self.add::<T>();
    }
}

/// The declarations of the tablet's door, as one TypeScript module.
pub fn typescript() -> String {
    let mut declarations = Declarations::default();
    declarations.add::<Event>();
    declarations.add::<Effect>();
    declarations.add::<View>();
    declarations.add::<StoredFile>();
    declarations.into_module()
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_committed_declarations_are_those_of_the_types() {
        let committed = include_str!("../../../web-pwa/src/core/generated/tablet.ts");
        assert_eq!(super::typescript(), committed, "run `cargo xtask approve`");
    }
}
