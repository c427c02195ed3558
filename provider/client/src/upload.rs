//! Uploads to a presigned URL that an API returned, with the headers that the API returned.
//!
//! A presigned URL contains its signature, so the API key is not sent.

use std::fmt;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use url::Url;

use crate::settings::Settings;

/// The content and the URL of an upload.
#[derive(Clone)]
pub struct Upload {
    pub(crate) url: Url,
    headers: HeaderMap,
    pub(crate) content: Bytes,
}

impl Upload {
    /// An upload to a presigned URL, with its headers. Fails if the URL or a header is invalid.
    pub fn new<'h>(
        url: &str,
        headers: impl IntoIterator<Item = (&'h str, &'h str)>,
        content: Bytes,
    ) -> Result<Self, String> {
        let url = Url::parse(url).ok().filter(Url::has_host).ok_or("the upload URL is not a URL")?;
        let mut kept = HeaderMap::new();
        for (name, value) in headers {
            let wrong = || format!("the header \"{name}\" of the upload cannot be sent");
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?;
            let value = HeaderValue::from_str(value).map_err(|_| wrong())?;
            // The HTTP client derives these two from the content and the URL.
            if name != CONTENT_LENGTH && name != HOST {
                kept.append(name, value);
            }
        }
        Ok(Self { url, headers: kept, content })
    }

    /// The host, with its port.
    pub(crate) fn host(&self) -> String {
        let port = self.url.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}{port}", self.url.host_str().unwrap_or_default())
    }

    /// The request. The URL may be unencrypted only if that of the API is.
    pub(crate) fn write(&self, settings: &Settings) -> Result<Request<Bytes>, &'static str> {
        if settings.api_url.scheme() == "https" && self.url.scheme() != "https" {
            return Err("the upload URL is not encrypted (https)");
        }
        let request = Request::builder().method(Method::PUT).uri(self.url.as_str());
        let mut request = request.body(self.content.clone()).map_err(|_| "the upload URL is not valid")?;
        request.headers_mut().extend(self.headers.clone());
        Ok(request)
    }
}

/// Prints the host, without the signature and the content.
impl fmt::Debug for Upload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Upload").field("host", &self.host()).field("bytes", &self.content.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const SIGNED: &str = "https://s3.example.com/code/f.zip?X-Amz-Signature=canary";

    fn settings(api: &str) -> Settings {
        Settings::new(Url::parse(api).unwrap())
    }

    #[test]
    fn an_upload_sends_the_returned_headers_except_the_length() {
        let headers = [("content-type", "application/zip"), ("content-length", "9")];
        let upload = Upload::new(SIGNED, headers, Bytes::from_static(b"PK")).unwrap();
        let request = upload.write(&settings("https://api.example.com")).unwrap();
        assert_eq!(request.headers().keys().collect::<Vec<_>>(), ["content-type"]);
        assert_eq!((request.uri().to_string().as_str(), request.body().as_ref()), (SIGNED, &b"PK"[..]));
        assert!(!format!("{upload:?}").contains("canary"));
    }

    #[test]
    fn an_upload_is_encrypted_unless_the_api_url_is_not() {
        let upload = Upload::new("http://127.0.0.1:1/f.zip", [], Bytes::new()).unwrap();
        assert!(upload.write(&settings("https://api.example.com")).is_err());
        assert!(upload.write(&settings("http://127.0.0.1:1")).is_ok());
        assert_eq!(upload.host(), "127.0.0.1:1");
    }

    #[test]
    fn an_invalid_url_or_header_is_rejected() {
        assert!(Upload::new("f.zip", [], Bytes::new()).is_err());
        assert!(Upload::new(SIGNED, [("content-type", "a\nb")], Bytes::new()).is_err());
    }
}
