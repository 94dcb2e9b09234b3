//! The tablet's core and the web app: cargo, wasm-bindgen, Vite, brotli.

use crate::run::{cargo, files_under, in_web, root, run, say, target};
use crate::setup;
use anyhow::{Context, Result, anyhow};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::Path;

/// Files worth compressing once, by extension.
const COMPRESSED: [&str; 8] = [
    "js",
    "mjs",
    "css",
    "html",
    "wasm",
    "svg",
    "json",
    "webmanifest",
];

/// Brotli's best quality and window; the files are compressed once and served many times.
const QUALITY: u32 = 11;
const WINDOW: u32 = 22;

/// Builds everything; each step is skipped when its inputs did not change.
pub fn build() -> Result<()> {
    setup::wasm_target()?;
    setup::npm_packages()?;
    core()?;
    app()
}

/// A crate for the browser, and where its JavaScript package goes below `web-pwa/src/core`.
struct WasmPackage {
    name: &'static str,
    folder: &'static str,
    says: &'static str,
}

/// One cargo run each: built together they would share features.
const WASM_PACKAGES: [WasmPackage; 2] = [
    WasmPackage {
        name: "maraude-wasm",
        folder: "pkg",
        says: "Building the tablet's core (wasm)...",
    },
    WasmPackage {
        name: "maraude-gazetteer-wasm",
        folder: "pkg-gazetteer",
        says: "Building the tablet's geocoder (wasm)...",
    },
];

/// The core and the geocoder as JavaScript packages.
pub fn core() -> Result<()> {
    WASM_PACKAGES.iter().try_for_each(wasm_package)
}

fn wasm_package(of: &WasmPackage) -> Result<()> {
    say(of.says);
    let mut build = cargo();
    build.args(["build", "--quiet", "--package", of.name]);
    build.args(["--profile", "wasm", "--target", setup::WASM_TARGET]);
    run(&mut build)?;
    let crate_name = of.name.replace('-', "_");
    let wasm = target()
        .join(setup::WASM_TARGET)
        .join(format!("wasm/{crate_name}.wasm"));
    let package = root().join("web-pwa/src/core").join(of.folder);
    let bytes = std::fs::read(&wasm).with_context(|| format!("{} is missing", wasm.display()))?;
    let made = package.join(format!("{crate_name}_bg.wasm")).is_file();
    if unchanged(of.name, hash_of(&bytes)) && made {
        return Ok(());
    }
    let mut bindgen = wasm_bindgen_cli_support::Bindgen::new();
    bindgen
        .input_path(&wasm)
        .web(true)?
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .omit_default_module_path(false);
    bindgen
        .generate(&package)
        .map_err(|problem| anyhow!("wasm-bindgen: {problem:#}"))?;
    keep(of.name, hash_of(&bytes))
}

/// The app in `web-pwa/dist`, each file with its brotli twin.
fn app() -> Result<()> {
    let web = root().join("web-pwa");
    let mut inputs = tree_hash(&web)?;
    for of in &WASM_PACKAGES {
        let built = std::fs::read(target().join(format!("xtask/{}.hash", of.name)))?;
        inputs ^= hash_of(&built);
    }
    if unchanged("app", inputs) && web.join("dist/index.html").is_file() {
        return Ok(());
    }
    say("Building the web app (Vite)...");
    run(in_web("npx").args(["--no-install", "vite", "build", "--logLevel", "warn"]))?;
    compress(&web.join("dist"))?;
    keep("app", inputs)
}

fn compress(dist: &Path) -> Result<()> {
    for path in all_files(dist)? {
        let extension = path
            .extension()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if !COMPRESSED.contains(&extension.as_str()) {
            continue;
        }
        let plain = std::fs::read(&path)?;
        let mut twin = path.clone().into_os_string();
        twin.push(".br");
        std::fs::write(twin, brotli(&plain)?)?;
    }
    Ok(())
}

/// Brotli at its best.
pub fn brotli(plain: &[u8]) -> Result<Vec<u8>> {
    let mut packed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams {
        quality: QUALITY as i32,
        lgwin: WINDOW as i32,
        ..Default::default()
    };
    brotli::BrotliCompress(&mut &plain[..], &mut packed, &parameters)?;
    Ok(packed)
}

fn all_files(folder: &Path) -> Result<Vec<std::path::PathBuf>> {
    let mut found = Vec::new();
    for item in std::fs::read_dir(folder)? {
        let path = item?.path();
        if path.is_dir() {
            found.extend(all_files(&path)?);
        } else {
            found.push(path);
        }
    }
    Ok(found)
}

fn tree_hash(folder: &Path) -> Result<u64> {
    let mut hasher = DefaultHasher::new();
    for path in files_under(folder)? {
        let inside = path.strip_prefix(folder)?;
        if inside.starts_with("e2e")
            || inside.starts_with("wasm")
            || inside.starts_with("wasm-gazetteer")
        {
            continue;
        }
        inside.hash(&mut hasher);
        std::fs::read(&path)?.hash(&mut hasher);
    }
    Ok(hasher.finish())
}

fn hash_of(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    hasher.finish()
}

fn unchanged(name: &str, hash: u64) -> bool {
    let stamp = target().join("xtask").join(format!("{name}.hash"));
    std::fs::read_to_string(stamp).is_ok_and(|former| former == hash.to_string())
}

fn keep(name: &str, hash: u64) -> Result<()> {
    std::fs::create_dir_all(target().join("xtask"))?;
    std::fs::write(
        target().join("xtask").join(format!("{name}.hash")),
        hash.to_string(),
    )?;
    Ok(())
}
