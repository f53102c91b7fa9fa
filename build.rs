//! Deflates the table of permissions, which is searched only after a refusal.

use std::io::Write as _;
use std::path::PathBuf;
use std::{env, fs, io};

use flate2::Compression;
use flate2::write::DeflateEncoder;

const TABLE: &str = "src/graph/permissions/table.txt";

fn main() -> io::Result<()> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&fs::read(TABLE)?)?;
    let folder = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(folder.join("permissions.deflate"), encoder.finish()?)?;
    println!("cargo::rerun-if-changed={TABLE}");
    Ok(())
}
