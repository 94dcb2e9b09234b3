//! Writes the TypeScript types of the tablet's door and of the console's API.

use maraude_tests::generated::{files, root};

fn main() -> anyhow::Result<()> {
    for (name, text) in files() {
        let path = root().join(name);
        if std::fs::read_to_string(&path).is_ok_and(|former| former == text) {
            continue;
        }
        std::fs::write(&path, text)?;
        #[expect(clippy::print_stdout, reason = "a command says what it wrote")]
        {
            println!("wrote {name}");
        }
    }
    Ok(())
}
