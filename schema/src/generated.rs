//! A generated file: its content, and how the file on disk differs from it.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// A generated file.
#[derive(Debug)]
pub struct Generated {
    /// Its path inside the project.
    pub file: String,
    /// Its content.
    pub text: String,
}

impl Generated {
    /// Writes the file if its content differs; returns whether it was written.
    pub fn write(&self, root: &Path) -> Result<bool> {
        let path = root.join(&self.file);
        if fs::read_to_string(&path).is_ok_and(|text| text == self.text) {
            return Ok(false);
        }
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("creating the directory of {}", self.file))?;
        }
        fs::write(&path, &self.text).with_context(|| format!("writing {}", self.file))?;
        Ok(true)
    }

    /// How the file on disk differs, as a sentence; `None` if it does not.
    pub fn difference(&self, root: &Path) -> Option<String> {
        let Ok(text) = fs::read_to_string(root.join(&self.file)) else {
            return Some(format!("{} is missing", self.file));
        };
        if text == self.text {
            return None;
        }
        let same = text.lines().zip(self.text.lines()).take_while(|(one, other)| one == other).count();
        Some(format!("{} differs from line {} on", self.file, same + 1))
    }
}
