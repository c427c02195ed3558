//! Uploads to an address that an API gave out: bytes, with the headers that came with the address.
//!
//! Such an address is signed beforehand, so no key of ours goes along. Knows neither who gave it nor what is uploaded.

use std::fmt;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, HOST};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request};
use url::Url;

use crate::settings::Settings;

/// What is uploaded, and where to.
#[derive(Clone)]
pub struct Upload {
    pub(crate) url: Url,
    headers: HeaderMap,
    pub(crate) content: Bytes,
}

impl Upload {
    /// An upload to an address, with headers as they came with it. Fails with what is wrong with them.
    pub fn new<'h>(
        url: &str,
        headers: impl IntoIterator<Item = (&'h str, &'h str)>,
        content: Bytes,
    ) -> Result<Self, String> {
        let url = Url::parse(url).ok().filter(Url::has_host).ok_or("the address for the upload is none")?;
        let mut kept = HeaderMap::new();
        for (name, value) in headers {
            let wrong = || format!("the header \"{name}\" for the upload cannot be sent");
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?;
            let value = HeaderValue::from_str(value).map_err(|_| wrong())?;
            // These two follow from the content and the address.
            if name != CONTENT_LENGTH && name != HOST {
                kept.append(name, value);
            }
        }
        Ok(Self { url, headers: kept, content })
    }

    /// The host it goes to, with its port.
    pub(crate) fn host(&self) -> String {
        let port = self.url.port().map(|port| format!(":{port}")).unwrap_or_default();
        format!("{}{port}", self.url.host_str().unwrap_or_default())
    }

    /// The request; what is called in the clear only if the API is.
    pub(crate) fn write(&self, settings: &Settings) -> Result<Request<Bytes>, &'static str> {
        if settings.api_url.scheme() == "https" && self.url.scheme() != "https" {
            return Err("the address for the upload is not encrypted");
        }
        let request = Request::builder().method(Method::PUT).uri(self.url.as_str());
        let mut request = request.body(self.content.clone()).map_err(|_| "the address for the upload is not valid")?;
        request.headers_mut().extend(self.headers.clone());
        Ok(request)
    }
}

/// Shows where it goes, neither its signature nor what is uploaded.
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
    fn what_came_with_the_address_is_sent_and_its_length_is_counted_again() {
        let headers = [("content-type", "application/zip"), ("content-length", "9")];
        let upload = Upload::new(SIGNED, headers, Bytes::from_static(b"PK")).unwrap();
        let request = upload.write(&settings("https://api.example.com")).unwrap();
        assert_eq!(request.headers().keys().collect::<Vec<_>>(), ["content-type"]);
        assert_eq!((request.uri().to_string().as_str(), request.body().as_ref()), (SIGNED, &b"PK"[..]));
        assert!(!format!("{upload:?}").contains("canary"));
    }

    #[test]
    fn nothing_is_sent_in_the_clear_unless_the_api_is_called_so() {
        let upload = Upload::new("http://127.0.0.1:1/f.zip", [], Bytes::new()).unwrap();
        assert!(upload.write(&settings("https://api.example.com")).is_err());
        assert!(upload.write(&settings("http://127.0.0.1:1")).is_ok());
        assert_eq!(upload.host(), "127.0.0.1:1");
    }

    #[test]
    fn what_is_no_address_or_no_header_is_refused() {
        assert!(Upload::new("f.zip", [], Bytes::new()).is_err());
        assert!(Upload::new(SIGNED, [("content-type", "a\nb")], Bytes::new()).is_err());
    }
}
