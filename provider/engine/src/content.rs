//! The content of files, assets and archives, which is read only when it is sent.
//!
//! Files are read through [`Files`]. Check and Diff do not read content: they compare the hashes of assets.

use std::io;

pub use bytes::Bytes;
use client::BoxFuture;
use value::{Asset, Data, Object};

use rules::error::{Error, ErrorKind};

/// The files of the program. Paths are absolute, or relative to the program's directory.
pub trait Files: Send + Sync {
    /// The whole content of a file.
    fn read<'f>(&'f self, path: &'f str) -> BoxFuture<'f, io::Result<Bytes>>;

    /// Every file below a directory: sorted paths relative to it, with `/` as separator. If it is not a directory, the error
    /// has the kind `NotADirectory`.
    fn list<'f>(&'f self, directory: &'f str) -> BoxFuture<'f, io::Result<Vec<String>>>;
}

/// No file access: every call fails.
pub(crate) struct NoFiles;

impl Files for NoFiles {
    fn read<'f>(&'f self, _: &'f str) -> BoxFuture<'f, io::Result<Bytes>> {
        Box::pin(async { Err(io::ErrorKind::Unsupported.into()) })
    }

    fn list<'f>(&'f self, _: &'f str) -> BoxFuture<'f, io::Result<Vec<String>>> {
        Box::pin(async { Err(io::ErrorKind::Unsupported.into()) })
    }
}

/// The content of an archive.
#[derive(Clone, Debug, PartialEq)]
pub enum Contents {
    /// A file that is an archive already; its format is not checked.
    Packed(Bytes),
    /// Files, sorted by name.
    Loose(Vec<(String, Bytes)>),
}

/// The content of the file in the property `place`.
pub async fn file(files: &dyn Files, place: &str, path: &str) -> Result<Bytes, Error> {
    files.read(path).await.map_err(|error| unreadable(place, path, &error))
}

/// The content of an asset in the property `place`.
pub async fn asset(files: &dyn Files, place: &str, asset: &Asset) -> Result<Bytes, Error> {
    if let Some(text) = &asset.text {
        return Ok(text.clone().into_bytes().into());
    }
    file(files, place, source(place, asset)?).await
}

/// The content of an archive in the property `place`.
pub async fn archive(files: &dyn Files, place: &str, archive: &Asset) -> Result<Contents, Error> {
    if let Some(entries) = &archive.entries {
        let mut loose = Vec::new();
        parts(files, place, "", entries, &mut loose).await?;
        return Ok(Contents::Loose(sorted(loose)));
    }
    let path = source(place, archive)?;
    match files.list(path).await {
        Ok(names) => {
            let mut loose = Vec::new();
            for name in names {
                let content = file(files, place, &format!("{}/{name}", path.trim_end_matches('/'))).await?;
                loose.push((name, content));
            }
            Ok(Contents::Loose(sorted(loose)))
        }
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => {
            file(files, place, path).await.map(Contents::Packed)
        }
        Err(error) => Err(unreadable(place, path, &error)),
    }
}

/// The entries of an archive below a name; nested archives are directories.
fn parts<'f>(
    files: &'f dyn Files,
    place: &'f str,
    below: &'f str,
    entries: &'f Object,
    loose: &'f mut Vec<(String, Bytes)>,
) -> BoxFuture<'f, Result<(), Error>> {
    Box::pin(async move {
        for (name, value) in entries {
            let name = if below.is_empty() { name.clone() } else { format!("{below}/{name}") };
            match value.data() {
                Data::Asset(part) if !part.archive => loose.push((name, asset(files, place, part).await?)),
                Data::Asset(part) => match (&part.entries, archive(files, place, part).await?) {
                    (_, Contents::Loose(inner)) => {
                        loose.extend(inner.into_iter().map(|(inner, content)| (format!("{name}/{inner}"), content)));
                    }
                    (_, Contents::Packed(_)) => {
                        let fact = format!("`{place}` contains the archive `{name}`, which is a file");
                        return Err(Error::new(ErrorKind::Invalid, fact)
                            .hint("add it as a file asset, or add its directory as a file archive"));
                    }
                },
                _ => {
                    let fact = format!("`{place}` contains `{name}`, which is neither an asset nor an archive");
                    return Err(Error::new(ErrorKind::Invalid, fact));
                }
            }
        }
        Ok(())
    })
}

/// The path of the content of an asset or archive.
fn source<'a>(place: &str, asset: &'a Asset) -> Result<&'a str, Error> {
    if let Some(path) = &asset.path {
        return Ok(path);
    }
    match &asset.uri {
        Some(uri) => uri.strip_prefix("file://").ok_or_else(|| {
            Error::new(ErrorKind::Invalid, format!("`{place}` is a URL, but only local files can be read"))
                .hint("download it first and use the local file")
        }),
        None => Err(Error::new(ErrorKind::Invalid, format!("the content of `{place}` is missing"))
            .hint("run the program on the machine that has the file")),
    }
}

fn unreadable(place: &str, path: &str, error: &io::Error) -> Error {
    let why = match error.kind() {
        io::ErrorKind::NotFound => "does not exist".to_owned(),
        io::ErrorKind::PermissionDenied => "cannot be read: permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "is a directory".to_owned(),
        _ => format!("cannot be read: {error}"),
    };
    Error::new(ErrorKind::Invalid, format!("`{place}` names the file \"{path}\", which {why}"))
        .hint("paths are relative to the directory of Pulumi.yaml")
}

fn sorted(mut loose: Vec<(String, Bytes)>) -> Vec<(String, Bytes)> {
    loose.sort_by(|(one, _), (other, _)| one.cmp(other));
    loose
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use value::Value;

    use super::*;

    /// The files `a/x` and `a/y/z` contain their own names; no other file exists.
    struct Some3;

    impl Files for Some3 {
        fn read<'f>(&'f self, path: &'f str) -> BoxFuture<'f, io::Result<Bytes>> {
            Box::pin(async move {
                match path {
                    "a/x" | "a/y/z" | "packed.zip" => Ok(Bytes::copy_from_slice(path.as_bytes())),
                    _ => Err(io::ErrorKind::NotFound.into()),
                }
            })
        }

        fn list<'f>(&'f self, directory: &'f str) -> BoxFuture<'f, io::Result<Vec<String>>> {
            Box::pin(async move {
                match directory {
                    "a" | "a/" => Ok(vec!["y/z".to_owned(), "x".to_owned()]),
                    "packed.zip" => Err(io::ErrorKind::NotADirectory.into()),
                    _ => Err(io::ErrorKind::NotFound.into()),
                }
            })
        }
    }

    fn of_path(path: &str, archive: bool) -> Asset {
        Asset { path: Some(path.to_owned()), archive, ..Asset::default() }
    }

    fn value(asset: Asset) -> Value {
        Value::new(Data::Asset(Box::new(asset)))
    }

    fn names(contents: Contents) -> Vec<(String, String)> {
        let Contents::Loose(files) = contents else { panic!("the archive is a single file") };
        files.into_iter().map(|(name, bytes)| (name, String::from_utf8(bytes.to_vec()).unwrap())).collect()
    }

    fn pair(name: &str, content: &str) -> (String, String) {
        (name.to_owned(), content.to_owned())
    }

    #[tokio::test]
    async fn an_asset_is_a_string_or_a_file() {
        let text = Asset { text: Some("hello".to_owned()), ..Asset::default() };
        assert_eq!(asset(&Some3, "it", &text).await.unwrap(), "hello");
        assert_eq!(asset(&Some3, "it", &of_path("a/x", false)).await.unwrap(), "a/x");
        let uri = Asset { uri: Some("file://a/x".to_owned()), ..Asset::default() };
        assert_eq!(asset(&Some3, "it", &uri).await.unwrap(), "a/x");
    }

    #[tokio::test]
    async fn an_archive_is_a_directory_a_file_or_a_map_of_assets() {
        let directory = archive(&Some3, "it", &of_path("a/", true)).await.unwrap();
        assert_eq!(names(directory), [pair("x", "a/x"), pair("y/z", "a/y/z")]);
        let packed = archive(&Some3, "it", &of_path("packed.zip", true)).await.unwrap();
        assert_eq!(packed, Contents::Packed(Bytes::from_static(b"packed.zip")));
        let entries: Object =
            [("src".to_owned(), value(of_path("a", true))), ("main".to_owned(), value(of_path("a/x", false)))]
                .into_iter()
                .collect();
        let parts = Asset { archive: true, entries: Some(entries), ..Asset::default() };
        let expected = [pair("main", "a/x"), pair("src/x", "a/x"), pair("src/y/z", "a/y/z")];
        assert_eq!(names(archive(&Some3, "it", &parts).await.unwrap()), expected);
    }

    #[tokio::test]
    async fn an_unreadable_file_is_an_error_with_its_property_and_a_hint() {
        let missing = asset(&Some3, "asset", &of_path("b", false)).await.unwrap_err();
        assert_eq!(missing.kind(), ErrorKind::Invalid);
        let message = missing.to_string();
        assert!(message.contains("`asset` names the file \"b\", which does not exist"), "{message}");
        let far = Asset { uri: Some("https://example.com/a".to_owned()), ..Asset::default() };
        assert!(asset(&Some3, "asset", &far).await.unwrap_err().to_string().contains("download it first"));
        assert!(asset(&Some3, "asset", &Asset::default()).await.unwrap_err().to_string().contains("is missing"));
    }
}
