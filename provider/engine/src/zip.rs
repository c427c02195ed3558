//! Packs files into a deterministic zip archive. Pure.
//!
//! The archive contains no times or owners, so the same files result in the same bytes on every machine.

use std::io::{Cursor, Write as _};

use bytes::Bytes;
use zip::result::ZipResult;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// A file that its owner can write and every user can read.
const PERMISSIONS: u32 = 0o644;

/// Whether these bytes start like a zip archive.
pub(crate) fn is_packed(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK")
}

/// Packs the files into one archive, in the given order.
pub(crate) fn packed(files: &[(String, Bytes)]) -> ZipResult<Bytes> {
    // The earliest time of the format.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Deflated)
        .last_modified_time(DateTime::default())
        .unix_permissions(PERMISSIONS);
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        archive.start_file(name, options)?;
        archive.write_all(content)?;
    }
    Ok(archive.finish()?.into_inner().into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::io::Read as _;

    use super::*;

    fn file(name: &str, content: &str) -> (String, Bytes) {
        (name.to_owned(), Bytes::copy_from_slice(content.as_bytes()))
    }

    fn unpacked(archive: &[u8]) -> Vec<(String, String)> {
        let mut archive = zip::ZipArchive::new(Cursor::new(archive)).unwrap();
        let count = archive.len();
        let read = |index| {
            let mut file = archive.by_index(index).unwrap();
            assert_eq!((file.last_modified(), file.unix_mode()), (Some(DateTime::default()), Some(0o100_644)));
            let mut content = String::new();
            file.read_to_string(&mut content).unwrap();
            (file.name().unwrap().into_owned(), content)
        };
        (0..count).map(read).collect()
    }

    #[test]
    fn packed_files_are_found_in_the_archive() {
        let files =
            [file("handler.js", "exports.handle = () => 'hello hello'"), file("src/été.py", "x"), file("a", "")];
        let archive = packed(&files).unwrap();
        assert!(is_packed(&archive));
        let found: Vec<(String, Bytes)> =
            unpacked(&archive).iter().map(|(name, content)| file(name, content)).collect();
        assert_eq!(found, files);
        assert_eq!(packed(&files).unwrap(), archive, "the same files make the same bytes");
        assert_eq!(unpacked(&packed(&[]).unwrap()), []);
    }

    #[test]
    fn an_archive_has_the_sums_and_sizes_of_the_format() {
        // Written by another program from one file `a` with the content `x`, except for the compressed bytes.
        let archive = packed(&[file("a", "x")]).unwrap();
        assert_eq!(archive[..4], *b"PK\x03\x04");
        assert_eq!(archive[14..18], 0x8cdc_1683_u32.to_le_bytes(), "the CRC-32 of the content");
        assert_eq!(
            (archive[22], archive[26], archive[30]),
            (1, 1, b'a'),
            "the length of content and name, and the name"
        );
    }

    #[test]
    fn a_name_that_exceeds_the_limit_is_rejected() {
        assert!(packed(&[file(&"a".repeat(70_000), "")]).is_err());
    }
}
