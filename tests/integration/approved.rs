//! Contracts are approved files: what the code generates is what is committed.

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
