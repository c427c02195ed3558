//! The recordings of Object Storage: each request is signed and sent again with a path-style URL, and the response is
//! compared by status, headers and XML.
//!
//! The caller is not recorded: it is the project that the recorded grants name as the owner, and another project if the
//! answer was 403. Of binary contents only the checksums are recorded; other contents of the same size are sent.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use axum::http::Request;
use quick_xml::events::Event;
use scaleway_fake::{Fake, Running, Seed};
use serde_json::{Value, json};

use crate::replay::client;
use crate::sign::{Signer, signed};

/// Headers that must be equal if they were recorded.
const HEADERS: [&str; 6] =
    ["content-type", "location", "x-amz-bucket-region", "accept-ranges", "x-amz-storage-class", "x-amz-tagging-count"];
/// Elements whose text is different each time, or depends on contents that were not recorded.
const VOLATILE: [&str; 7] = ["RequestId", "HostId", "LastModified", "ETag", "ChecksumCRC32", "ID", "DisplayName"];

/// Expected differences: a part of the request, the recorded text and the reason.
const KNOWN: [(&str, &str, &str); 1] = [(
    "?versioning",
    "<VersioningConfiguration xmlns=",
    "it stood in a namespace in the older recordings, and stands in none in those of the summer of 2026",
)];

/// The number of responses, and of those that were as recorded.
#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) all: usize,
    pub(crate) same_status: usize,
    pub(crate) same_shape: usize,
    /// The differences and their numbers.
    pub(crate) differences: BTreeMap<String, usize>,
}

struct Replay {
    fake: Running,
    http: reqwest::Client,
    owner: String,
    /// The ID of the owner in the fake.
    project: String,
}

/// Replays the recordings in a directory.
pub(crate) async fn replay(folder: &Path) -> Counts {
    let mut counts = Counts::default();
    let mut files: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        replay_one(&lines, &name, &mut counts).await;
    }
    counts
}

async fn replay_one(lines: &[Value], name: &str, counts: &mut Counts) {
    let owner =
        lines.iter().find_map(|line| line["body"].as_str()?.split_once("<Owner><DisplayName>")?.1.split(':').next());
    let owner = owner.unwrap_or("5ca1e3a7-fa4e-4000-8000-000000000001").to_owned();
    let created = |line: &Value| line["body"]["id"] == json!(owner) && line["method"] == "POST";
    let organization = if lines.iter().any(created) { scaleway_fake::DEFAULT_ORGANIZATION } else { &owner };
    let seed = json!({ "organization_id": organization, "default_project_id": organization }).to_string();
    let fake = Fake::builder().rng_seed(1).seed(Seed::parse(&seed).unwrap()).start().await.unwrap();
    let mut replay = Replay { fake, http: client(), project: owner.clone(), owner: owner.clone() };
    let mut bodies: BTreeMap<u64, Value> = BTreeMap::new();
    for line in lines {
        let body = line["body_as"].as_u64().map_or_else(|| line["body"].clone(), |other| bodies[&other].clone());
        bodies.insert(line["seq"].as_u64().unwrap(), body.clone());
        if created(line) {
            replay.make_project().await;
        }
        let Some((bucket, region, target)) = place(line["url"].as_str().unwrap()) else {
            continue;
        };
        let found = replay.compare(line, &body, bucket, region, target).await;
        counts.all += 1;
        counts.same_status += usize::from(!found.iter().any(|found| found.starts_with("status")));
        counts.same_shape += usize::from(found.is_empty());
        let explained = |found: &String| {
            let fits = |(part, recorded, reason): &(&str, &str, &str)| {
                !reason.is_empty()
                    && target.contains(part)
                    && found.contains(&format!("not <?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{recorded}"))
            };
            KNOWN.iter().any(fits)
        };
        for difference in found.into_iter().filter(|found| !explained(found)) {
            let what = format!("{} {} in {name}: {difference}", line["method"], target.split('=').next().unwrap());
            *counts.differences.entry(what).or_default() += 1;
        }
    }
    replay.fake.stop().await;
}

/// Bucket, region and the rest of `https://<bucket>.s3.<region>.scw.cloud/<key>?<query>`.
fn place(url: &str) -> Option<(&str, &str, &str)> {
    let (host, target) = url.strip_prefix("https://")?.split_once('/')?;
    let (bucket, region) = host.strip_suffix(".scw.cloud")?.split_once(".s3.")?;
    Some((bucket, region, target))
}

impl Replay {
    async fn make_project(&mut self) {
        let request = self.http.post(format!("{}/account/v3/projects", self.fake.url())).header("x-auth-token", "any");
        let created: Value = request.json(&json!({ "name": "owner" })).send().await.unwrap().json().await.unwrap();
        created["id"].as_str().unwrap().clone_into(&mut self.project);
    }

    async fn compare(&self, line: &Value, recorded: &Value, bucket: &str, region: &str, target: &str) -> Vec<String> {
        let status = line["status"].as_u64().unwrap();
        let project = if status == 403 { scaleway_fake::DEFAULT_ORGANIZATION } else { &self.project };
        let url = match target {
            "" => format!("{}/{bucket}", self.fake.url()),
            query if query.starts_with('?') => format!("{}/{bucket}{query}", self.fake.url()),
            _ => format!("{}/{bucket}/{target}", self.fake.url()),
        };
        let mut request = Request::builder().method(line["method"].as_str().unwrap()).uri(url);
        let mut body = body(&line["request"], &self.owner, &self.project);
        let framed = line["request_headers"]["content-encoding"] == "aws-chunked";
        for (name, value) in line["request_headers"].as_object().into_iter().flatten() {
            // These headers describe the recorded bytes and chunks, not those that are sent.
            let of_body =
                name.starts_with("x-amz-checksum") || ["content-md5", "content-length"].contains(&name.as_str());
            if !of_body && name != "x-amz-decoded-content-length" && name != "x-amz-expected-bucket-owner" {
                request = request.header(name, value.as_str().unwrap());
            }
        }
        if framed {
            request = request.header("x-amz-decoded-content-length", body.len());
            body = in_frames(&body);
        }
        let access_key = format!("SCWXXXXXXXXXXXXXXXXX@{project}");
        let signer = Signer { access_key: &access_key, secret_key: "11111111-1111-4111-8111-111111111111", region };
        let request = signed(request.body(body).unwrap(), &signer);
        let response = self.http.execute(request.try_into().unwrap()).await.unwrap();
        let answered = u64::from(response.status().as_u16());
        let headers = response.headers().clone();
        let text = response.text().await.unwrap();
        if answered != status {
            return vec![format!("status {answered}, not {status}: {text}")];
        }
        let mut found = Vec::new();
        for name in HEADERS {
            let (recorded, answered) = (line["response_headers"][name].as_str(), headers.get(name));
            let answered = answered.map(|value| value.to_str().unwrap());
            if recorded.is_some() && recorded != answered {
                found.push(format!("header {name} is {answered:?}, not {recorded:?}"));
            }
        }
        match recorded {
            Value::String(xml) if tree(xml) != tree(&text) => found.push(format!("body {text}, not {xml}")),
            Value::Object(_) if serde_json::from_str::<Value>(&text).ok().as_ref() != Some(recorded) => {
                found.push(format!("body {text}, not {recorded}"));
            }
            _ => {}
        }
        found
    }
}

/// The recorded body, or bytes of its size if only its checksums were recorded.
fn body(recorded: &Value, owner: &str, project: &str) -> Vec<u8> {
    match recorded {
        Value::Null => Vec::new(),
        Value::String(text) => text.replace(owner, project).into_bytes(),
        value => match value["$binary"]["bytes"].as_u64() {
            Some(size) => vec![0; usize::try_from(size).unwrap()],
            None => value.to_string().into_bytes(),
        },
    }
}

/// One chunk with the whole content, and the trailer with its checksum.
fn in_frames(content: &[u8]) -> Vec<u8> {
    let mut framed = Vec::new();
    if !content.is_empty() {
        framed.extend(format!("{:x}\r\n", content.len()).into_bytes());
        framed.extend_from_slice(content);
        framed.extend_from_slice(b"\r\n");
    }
    framed.extend_from_slice(b"0\r\n");
    framed.extend(format!("x-amz-checksum-crc32:{}\r\n\r\n", crc32(content)).into_bytes());
    framed
}

/// The CRC-32 of the trailer, in base64.
fn crc32(content: &[u8]) -> String {
    use base64::Engine;
    let sum = content.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xEDB8_8320 & (sum & 1).wrapping_neg()))
    });
    base64::prelude::BASE64_STANDARD.encode((!sum).to_be_bytes())
}

/// Elements, attributes and strings of a document as lines, in an order that does not depend on the order of elements.
pub(crate) fn tree(xml: &str) -> Vec<String> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let (mut path, mut lines): (Vec<String>, Vec<String>) = (Vec::new(), Vec::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                path.push(String::from_utf8_lossy(start.name().as_ref()).into_owned());
                let attributes: Vec<_> = start
                    .attributes()
                    .map(|attribute| String::from_utf8_lossy(&attribute.unwrap().value).into_owned())
                    .collect();
                lines.push(format!("{} {}", path.join("/"), attributes.join(" ")));
            }
            Event::Empty(start) => {
                lines.push(format!("{}/{} ", path.join("/"), String::from_utf8_lossy(start.name().as_ref())));
            }
            Event::Text(text) if !path.last().is_none_or(|name| VOLATILE.contains(&name.as_str())) => {
                lines.push(format!("{} = {}", path.join("/"), String::from_utf8_lossy(&text)));
            }
            Event::End(_) => drop(path.pop()),
            Event::Eof => break,
            _ => {}
        }
    }
    lines.sort();
    lines
}
