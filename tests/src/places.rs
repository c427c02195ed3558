//! Paths of the project and of its generated files.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use catalog::Catalog;
use serde_json::Value as Json;

/// The root directory of the project.
pub fn project() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this crate is in the project").to_owned()
}

/// Parses a JSON file.
pub fn json(path: &Path) -> Json {
    serde_json::from_str(&text(path)).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The content of a file.
pub fn text(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The committed catalog.
pub fn catalog() -> Arc<Catalog> {
    let text = text(&project().join("schema/catalog.json"));
    let catalog = Catalog::parse(text).expect("this version can parse the catalog");
    catalog.check().expect("this version can parse all resources and functions");
    Arc::new(catalog)
}

/// All files below a directory whose name ends with `ending`, sorted by path, without build output.
pub fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("an open directory can be listed").path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
            if path.is_dir() && !["target", "node_modules", ".git", ".venv"].contains(&name.as_str()) {
                folders.push(path);
            } else if name.ends_with(ending) && path.is_file() {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
