//! The URL of a bucket: the endpoint of its region, with the bucket in the host name or at the beginning of the path.

use url::Url;

use crate::settings::Settings;

/// Where the URL contains the bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// `https://<bucket>.s3.fr-par.scw.cloud/key`.
    Host,
    /// `https://s3.fr-par.scw.cloud/<bucket>/key`.
    Path,
}

/// Shorter names are not valid in a host name.
const SHORTEST_HOST_NAME: usize = 3;

/// The endpoint of a region.
pub(crate) fn endpoint(settings: &Settings, region: &str) -> Result<(Url, Style), String> {
    if let Some(endpoint) = settings.only_storage_endpoint() {
        return Ok((endpoint.clone(), Style::Path));
    }
    let is_name = region.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
    if region.is_empty() || !is_name {
        return Err(format!("\"{region}\" is not a region"));
    }
    let url =
        Url::parse(&format!("https://s3.{region}.scw.cloud")).map_err(|_| format!("\"{region}\" is not a region"))?;
    Ok((url, Style::Host))
}

/// The URL of a call whose path is `/bucket/key`, escaped.
pub(crate) fn of(settings: &Settings, region: &str, path: &str, query: &[(String, String)]) -> Result<Url, String> {
    let (mut url, style) = endpoint(settings, region)?;
    let (bucket, key) = match path.trim_start_matches('/').split_once('/') {
        Some((bucket, key)) => (bucket, key),
        None => (path.trim_start_matches('/'), ""),
    };
    // A slash in a key is not escaped in its URL.
    let key = key.replace("%2F", "/");
    if key.split('/').any(|part| matches!(part, "." | "..")) {
        return Err("the key contains a segment \".\" or \"..\", which is not supported".to_owned());
    }
    let base = url.path().trim_end_matches('/').to_owned();
    if style == Style::Host && bucket.len() >= SHORTEST_HOST_NAME && !bucket.contains(['.', '%', '_']) {
        let host = format!("{bucket}.{}", url.host_str().unwrap_or_default());
        url.set_host(Some(&host)).map_err(|_| format!("\"{bucket}\" is not a valid bucket name"))?;
        url.set_path(&format!("{base}/{key}"));
    } else if key.is_empty() {
        url.set_path(&format!("{base}/{bucket}"));
    } else {
        url.set_path(&format!("{base}/{bucket}/{key}"));
    }
    if !query.is_empty() {
        // As the signature requires: everything escaped, and an empty value with `=`.
        let mut pairs: Vec<String> =
            query.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
        pairs.sort();
        url.set_query(Some(&pairs.join("&")));
    }
    Ok(url)
}

fn escaped(text: &str) -> String {
    let mut out = String::new();
    crate::call::escape_segment(text, &mut out);
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn settings(api: &str, s3: Option<&str>) -> Settings {
        let mut settings = Settings::new(Url::parse(api).unwrap());
        settings.s3_endpoint = s3.map(|url| Url::parse(url).unwrap());
        settings
    }

    fn shown(settings: &Settings, path: &str, query: &[(&str, &str)]) -> String {
        let query: Vec<(String, String)> =
            query.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        of(settings, "nl-ams", path, &query).unwrap().to_string()
    }

    #[test]
    fn a_bucket_is_in_the_host_unless_its_name_is_not_a_host_name() {
        let real = settings("https://api.scaleway.com", None);
        assert_eq!(shown(&real, "/main", &[("tagging", "")]), "https://main.s3.nl-ams.scw.cloud/?tagging=");
        assert_eq!(shown(&real, "/ab/k", &[]), "https://s3.nl-ams.scw.cloud/ab/k");
        assert_eq!(shown(&real, "/a.b/k", &[]), "https://s3.nl-ams.scw.cloud/a.b/k");
        assert_eq!(shown(&real, "/main/a%2Fb%20c", &[]), "https://main.s3.nl-ams.scw.cloud/a/b%20c");
    }

    #[test]
    fn a_configured_endpoint_and_a_local_api_have_the_bucket_in_the_path() {
        let set = settings("https://api.scaleway.com", Some("http://minio:9000/s3"));
        assert_eq!(shown(&set, "/main/k", &[("b", "1"), ("a", "2 3")]), "http://minio:9000/s3/main/k?a=2%203&b=1");
        let local = settings("http://127.0.0.1:8080", None);
        assert_eq!(shown(&local, "/main", &[]), "http://127.0.0.1:8080/main");
    }

    #[test]
    fn a_region_or_key_that_would_change_the_host_or_bucket_is_rejected() {
        let real = settings("https://api.scaleway.com", None);
        for (region, path) in [("evil.com/", "/main"), ("", "/main"), ("fr-par", "/main/a%2F..%2Fb")] {
            assert!(of(&real, region, path, &[]).is_err(), "{region} {path}");
        }
    }
}
