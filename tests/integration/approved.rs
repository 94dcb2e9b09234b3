//! Contracts are approved files: what the code generates is what is committed.

use maraude_core::gate::Refusal;
use maraude_tests::generated::{files, root};

#[test]
fn generated_files_are_what_the_code_generates() {
    for (name, text) in files() {
        let committed = std::fs::read_to_string(root().join(name)).unwrap_or_default();
        assert!(
            committed == text,
            "{name} is out of step: run `cargo xtask approve`"
        );
    }
}

#[test]
fn every_refusal_of_the_gate_is_told_in_words_in_both_languages() {
    for language in ["fr", "en"] {
        let name = format!("web-pwa/src/locale/quarantine.{language}.ts");
        let text = std::fs::read_to_string(root().join(name)).unwrap();
        for refusal in Refusal::ALL {
            let key = format!("'{}':", refusal.code());
            assert!(text.contains(&key), "{language}: {}", refusal.code());
        }
    }
}
