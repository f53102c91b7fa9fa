//! Packs the table of permissions, which is searched only after a refusal.

use std::io::Write as _;
use std::path::PathBuf;
use std::{env, fs, io};

use flate2::Compression;
use flate2::write::DeflateEncoder;

const TABLE: &str = "src/graph/odata/permissions/table.txt";

fn main() -> io::Result<()> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(unindented(&fs::read_to_string(TABLE)?).as_bytes())?;
    let folder = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(folder.join("permissions.deflate"), encoder.finish()?)?;
    println!("cargo::rerun-if-changed={TABLE}");
    Ok(())
}

/// The table with one character for the indent of a line: how many levels above the child of the
/// line before it is, from `0`. Equal branches are equal text then, whatever their depth.
fn unindented(table: &str) -> String {
    let mut packed = String::new();
    let mut child = 0;
    for line in table.lines() {
        let row = line.trim_start();
        let depth = line.len() - row.len();
        let level = char::from_u32('0' as u32 + (child - depth) as u32);
        packed.extend(level);
        packed.push_str(row);
        packed.push('\n');
        child = depth + 1;
    }
    packed
}
