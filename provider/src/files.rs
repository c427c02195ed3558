//! The files of the program that are uploaded, for the engine.
//!
//! Only this module, `config` and `journal_file` open files.

use std::fs;
use std::io;
use std::path::Path;

use client::BoxFuture;
use engine::content::{Bytes, Files};

/// The file system of this machine, relative to the working directory, which is the program's.
pub(crate) struct LocalFiles;

impl Files for LocalFiles {
    fn read<'f>(&'f self, path: &'f str) -> BoxFuture<'f, io::Result<Bytes>> {
        let path = path.to_owned();
        Box::pin(async move { elsewhere(move || fs::read(path).map(Bytes::from)).await })
    }

    fn list<'f>(&'f self, directory: &'f str) -> BoxFuture<'f, io::Result<Vec<String>>> {
        let directory = directory.to_owned();
        Box::pin(async move { elsewhere(move || below(Path::new(&directory))).await })
    }
}

/// Reads files on a separate thread, so that other operations do not wait for the disk.
async fn elsewhere<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

fn below(directory: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut left = vec![(directory.to_owned(), String::new())];
    while let Some((folder, name)) = left.pop() {
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let own = entry.file_name().into_string().map_err(|_| io::Error::other("a name in it is not Unicode"))?;
            let name = if name.is_empty() { own } else { format!("{name}/{own}") };
            // Links are followed.
            if fs::metadata(entry.path())?.is_dir() {
                left.push((entry.path(), name));
            } else {
                found.push(name);
            }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[tokio::test]
    async fn a_directory_lists_its_files_and_a_file_is_not_a_directory() {
        let here = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
        let names = LocalFiles.list(here).await.unwrap();
        assert!(names.contains(&"main.rs".to_owned()) && names.contains(&"to_proto/status.rs".to_owned()), "{names:?}");
        assert!(names.is_sorted());
        let file = LocalFiles.list(&format!("{here}/main.rs")).await;
        assert_eq!(file.unwrap_err().kind(), io::ErrorKind::NotADirectory);
    }

    #[tokio::test]
    async fn a_file_is_read_completely_and_a_missing_file_is_not_found() {
        let here = concat!(env!("CARGO_MANIFEST_DIR"), "/src/main.rs");
        assert!(LocalFiles.read(here).await.unwrap().starts_with(b"//! "));
        assert_eq!(LocalFiles.read("no-such-file").await.unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
