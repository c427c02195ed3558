//! Object Storage: buckets, configurations, objects, and permissions.

use scaleway_fake::{Fault, FaultKind, Seed};
use serde_json::json;

use crate::client::builder;
use crate::sign::Signer;
use crate::storage::{ACCESS_KEY, SECRET_KEY, Storage};

const OTHER_PROJECT: &str = "5ca1e3a7-fa4e-4000-8000-000000000002";

#[tokio::test]
async fn bucket_is_created_read_listed_and_deleted() {
    let storage = Storage::new().await;
    let created = storage.good("PUT /main", "").await;
    assert_eq!(created.headers["location"], "/main");
    let found = storage.good("HEAD /main", "").await;
    assert_eq!(found.headers["x-amz-bucket-region"], "fr-par");
    assert!(storage.good("GET /", "").await.text.contains("<Name>main</Name>"));
    assert_eq!(storage.call("PUT /main").await.code(), (409, "BucketAlreadyOwnedByYou"));
    storage.good("PUT /main/a/b?x-id=PutObject", "text").await;
    assert_eq!(storage.call("DELETE /main").await.code(), (409, "BucketNotEmpty"));
    storage.good("DELETE /main/a/b?x-id=DeleteObject", "").await;
    assert_eq!(storage.good("DELETE /main", "").await.status, 204);
    let deleted = storage.call("GET /main?acl=").await;
    assert_eq!(deleted.code(), (404, "NoSuchBucket"));
    assert_eq!(deleted.element("Message"), "The specified bucket does not exist");
    assert_eq!(deleted.element("Resource"), "/main");
    assert!(deleted.text.starts_with("<Error><Code>"), "{}", deleted.text);
}

#[tokio::test]
async fn missing_configuration_has_an_error_of_its_own_and_a_stored_one_is_returned() {
    let storage = Storage::new().await;
    storage.good("PUT /main", "").await;
    for (what, code) in [
        ("tagging", "NoSuchTagSet"),
        ("cors", "NoSuchCORSConfiguration"),
        ("lifecycle", "NoSuchLifecycleConfiguration"),
        ("object-lock", "ObjectLockConfigurationNotFoundError"),
        ("policy", "NoSuchBucketPolicy"),
        ("website", "NoSuchWebsiteConfiguration"),
        ("encryption", "ServerSideEncryptionConfigurationNotFoundError"),
    ] {
        assert_eq!(storage.call(&format!("GET /main?{what}=")).await.code(), (404, code), "{what}");
    }
    let lifecycle =
        "<Rule><Expiration><Days>3</Days></Expiration><Filter></Filter><ID>a</ID><Status>Enabled</Status></Rule>";
    let cors = "<CORSRule><AllowedMethod>GET</AllowedMethod><AllowedOrigin>*</AllowedOrigin></CORSRule>";
    for (what, put, get, inner) in [
        ("tagging", "Tagging", "Tagging", "<TagSet><Tag><Key>a</Key><Value>b</Value></Tag></TagSet>"),
        ("lifecycle", "LifecycleConfiguration", "Configuration", lifecycle),
        ("cors", "CORSConfiguration", "CORSConfiguration", cors),
    ] {
        storage.good(&format!("PUT /main?{what}="), &format!("<{put}>{inner}</{put}>")).await;
        let answer = storage.good(&format!("GET /main?{what}="), "").await;
        assert!(answer.text.ends_with(&format!("<{get}>{inner}</{get}>")), "{}", answer.text);
        storage.good(&format!("DELETE /main?{what}="), "").await;
        assert_eq!(storage.call(&format!("GET /main?{what}=")).await.status, 404);
    }
    let versioning = storage.good("GET /main?versioning=", "").await;
    assert!(versioning.text.ends_with("<VersioningConfiguration><Status></Status></VersioningConfiguration>"));
    let rule =
        "<LifecycleConfiguration><Rule><Filter></Filter><Status>Enabled</Status></Rule></LifecycleConfiguration>";
    assert_eq!(storage.send("PUT /main?lifecycle=", &[], rule).await.code(), (400, "InvalidRequest"));
    for when in ["<Days>1</Days>", "<Date>2027-01-31T00:00:00Z</Date>"] {
        for (marker, accepted) in [("true", false), ("false", true)] {
            let rules = format!(
                "<LifecycleConfiguration><Rule><Expiration>{when}<ExpiredObjectDeleteMarker>{marker}</ExpiredObjectDeleteMarker>\
                 </Expiration><Filter></Filter><ID>a</ID><Status>Enabled</Status></Rule></LifecycleConfiguration>"
            );
            let answer = storage.send("PUT /main?lifecycle=", &[], &rules).await;
            assert_eq!(answer.status == 200, accepted, "{when} {marker}: {}", answer.text);
        }
    }
}

#[tokio::test]
async fn object_keeps_its_content_type_metadata_class_and_tags() {
    let storage = Storage::new().await;
    storage.good("PUT /main", "").await;
    let headers = [
        ("content-type", "text/html"),
        ("x-amz-meta-origin", "test"),
        ("x-amz-storage-class", "ONEZONE_IA"),
        ("x-amz-tagging", "a=b"),
    ];
    let put = storage.send("PUT /main/index.html", &headers, "hello").await;
    assert_eq!(put.headers["etag"], "\"5d41402abc4b2a76b9719d911017c592\"");
    let head = storage.call("HEAD /main/index.html").await;
    for (name, value) in [
        ("content-type", "text/html"),
        ("content-length", "5"),
        ("x-amz-meta-origin", "test"),
        ("x-amz-storage-class", "ONEZONE_IA"),
        ("x-amz-tagging-count", "1"),
        ("etag", "\"5d41402abc4b2a76b9719d911017c592\""),
    ] {
        assert_eq!(head.headers[name], value, "{name}");
    }
    assert_eq!(storage.call("GET /main/index.html").await.text, "hello");
    let part = storage.send("GET /main/index.html", &[("range", "bytes=1-3")], "").await;
    assert_eq!((part.status, part.text.as_str()), (206, "ell"));
    let copied = storage.send("PUT /main/copy", &[("x-amz-copy-source", "main/index.html")], "").await;
    assert_eq!(copied.element("ETag"), "\"5d41402abc4b2a76b9719d911017c592\"");
    assert_eq!(storage.call("GET /main/copy").await.text, "hello");
    assert_eq!(storage.send("PUT /main/x", &[("x-amz-storage-class", "COLD")], "").await.code().0, 400);
    assert_eq!(storage.call("GET /main/none").await.code(), (404, "NoSuchKey"));
    // Content that looks like a response is not changed.
    let xml = "<?xml version=\"1.0\"?><Tagging><TagSet/></Tagging>";
    storage.good("PUT /main/xml", xml).await;
    assert_eq!(storage.call("GET /main/xml").await.text, xml);
}

#[tokio::test]
async fn lists_have_common_prefixes_and_pages() {
    let storage = Storage::new().await;
    storage.good("PUT /main", "").await;
    for key in ["a/1", "a/2", "b", "c"] {
        storage.good(&format!("PUT /main/{key}"), "x").await;
    }
    let first = storage.good("GET /main?list-type=2&delimiter=%2F&max-keys=2", "").await;
    assert_eq!((first.element("IsTruncated"), first.element("NextContinuationToken")), ("true", "b"));
    assert!(first.text.contains("<CommonPrefixes><Prefix>a/</Prefix></CommonPrefixes>"), "{}", first.text);
    let second = storage.good("GET /main?list-type=2&delimiter=%2F&max-keys=2&continuation-token=b", "").await;
    assert_eq!((second.element("IsTruncated"), second.element("Key")), ("false", "c"));
    let old = storage.good("GET /main?prefix=a%2F&marker=a%2F1", "").await;
    assert_eq!(old.element("Key"), "a/2");
}

#[tokio::test]
async fn versions_remain_behind_delete_markers_until_each_is_deleted() {
    let storage = Storage::new().await;
    storage.good("PUT /main", "").await;
    let enabled = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    storage.good("PUT /main?versioning=", enabled).await;
    let first = storage.good("PUT /main/a", "1").await.headers["x-amz-version-id"].to_str().unwrap().to_owned();
    storage.good("PUT /main/a", "2").await;
    let marker = storage.good("DELETE /main/a", "").await;
    assert_eq!(marker.headers["x-amz-delete-marker"], "true");
    assert_eq!(storage.call("GET /main/a").await.code(), (404, "NoSuchKey"));
    assert_eq!(storage.good(&format!("GET /main/a?versionId={first}"), "").await.text, "1");
    let versions = storage.good("GET /main?versions=", "").await.text;
    assert_eq!((versions.matches("<Version>").count(), versions.matches("<DeleteMarker>").count()), (2, 1));
    assert_eq!(storage.call("DELETE /main").await.code(), (409, "BucketNotEmpty"));
    let all: Vec<_> = versions.split("<VersionId>").skip(1).map(|rest| rest.split('<').next().unwrap()).collect();
    for version in all {
        storage.good(&format!("DELETE /main/a?versionId={version}"), "").await;
    }
    storage.good("DELETE /main", "").await;
}

#[tokio::test]
async fn multipart_upload_creates_one_object_and_prevents_the_delete_of_its_bucket() {
    let storage = Storage::new().await;
    storage.good("PUT /main", "").await;
    let id = storage.good("POST /main/big?uploads=", "").await.element("UploadId").to_owned();
    let mut parts = String::new();
    for (number, text) in [(1, "first "), (2, "second")] {
        let put = storage.good(&format!("PUT /main/big?partNumber={number}&uploadId={id}"), text).await;
        let etag = put.headers["etag"].to_str().unwrap();
        let part = format!("<Part><ETag>{etag}</ETag><PartNumber>{number}</PartNumber></Part>");
        parts.push_str(&part);
    }
    assert_eq!(storage.call("DELETE /main").await.code(), (409, "BucketNotEmpty"));
    let body = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
    let done = storage.good(&format!("POST /main/big?uploadId={id}"), &body).await;
    assert!(done.element("ETag").ends_with("-2\""), "{}", done.text);
    assert_eq!(storage.call("GET /main/big").await.text, "first second");
    let id = storage.good("POST /main/other?uploads=", "").await.element("UploadId").to_owned();
    assert!(storage.good("GET /main?uploads=", "").await.text.contains(&id));
    storage.good(&format!("DELETE /main/other?uploadId={id}"), "").await;
    storage.good("DELETE /main/big", "").await;
    storage.good("DELETE /main", "").await;
}

#[tokio::test]
async fn locked_object_is_not_deleted() {
    let storage = Storage::new().await;
    storage.send("PUT /main", &[("x-amz-bucket-object-lock-enabled", "true")], "").await;
    let put = storage.good("PUT /main/a", "1").await;
    let version = put.headers["x-amz-version-id"].to_str().unwrap().to_owned();
    let one = format!("/main/a?versionId={version}");
    storage.good("PUT /main/a?legal-hold=", "<LegalHold><Status>ON</Status></LegalHold>").await;
    assert_eq!(storage.call(&format!("DELETE {one}")).await.code(), (403, "AccessDenied"));
    storage.good("PUT /main/a?legal-hold=", "<LegalHold><Status>OFF</Status></LegalHold>").await;
    let retention = |mode: &str| {
        format!("<Retention><Mode>{mode}</Mode><RetainUntilDate>2126-01-01T00:00:00Z</RetainUntilDate></Retention>")
    };
    storage.good("PUT /main/a?retention=", &retention("GOVERNANCE")).await;
    assert_eq!(storage.call(&format!("DELETE {one}")).await.code(), (403, "AccessDenied"));
    let bypass = [("x-amz-bypass-governance-retention", "true")];
    assert_eq!(storage.send(&format!("DELETE {one}"), &bypass, "").await.status, 204);
    let suspended = "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>";
    assert_eq!(storage.send("PUT /main?versioning=", &[], suspended).await.code(), (409, "InvalidBucketState"));
}

#[tokio::test]
async fn signature_of_another_secret_key_is_rejected() {
    let storage = Storage::of(builder().keys([SECRET_KEY])).await;
    storage.good("PUT /main", "").await;
    let wrong = Signer { access_key: ACCESS_KEY, secret_key: "wrong", region: "fr-par" };
    let rejected = storage.send_as(Some(&wrong), "GET /main", &[], "").await;
    assert_eq!(rejected.code(), (403, "SignatureDoesNotMatch"));
    assert_eq!(storage.send_as(None, "GET /main", &[], "").await.code(), (403, "AccessDenied"));
    let of_seed = Storage::of(builder().keys(["right"])).await;
    for (secret_key, expected) in [("right", 200), ("wrong", 403)] {
        let key = Signer { access_key: "SCWAAAAAAAAAAAAAAAAA", secret_key, region: "fr-par" };
        assert_eq!(of_seed.send_as(Some(&key), "PUT /main", &[], "").await.status, expected);
    }
    let sums = [("content-md5", "AAAAAAAAAAAAAAAAAAAAAA==")];
    assert_eq!(storage.send("PUT /main/a", &sums, "text").await.code(), (400, "BadDigest"));
}

/// S3 sends the access key and a signature, the REST API the secret key: both accept the same pairs, in any order of
/// requests.
#[tokio::test]
async fn pair_of_keys_is_accepted_by_both_protocols_in_any_order() {
    for access_key in [ACCESS_KEY, "SCWAAAAAAAAAAAAAAAAA"] {
        for secret_key in [SECRET_KEY, "22222222-2222-4222-8222-222222222222"] {
            for rest_first in [false, true] {
                let storage = Storage::new().await;
                if rest_first {
                    assert_eq!(storage.list_vpcs(secret_key).await, 200);
                }
                let key = Signer { access_key, secret_key, region: "fr-par" };
                let put = storage.send_as(Some(&key), "PUT /main", &[], "").await;
                assert_eq!(put.status, 200, "{access_key} {secret_key} {rest_first}: {}", put.text);
                let put = storage.send_as(Some(&key), "PUT /main/a", &[], "text").await;
                assert_eq!(put.status, 200, "{access_key} {secret_key} {rest_first}: {}", put.text);
                assert_eq!(storage.list_vpcs(secret_key).await, 200);
            }
        }
    }
    for (secret_key, s3, rest) in [("right", 200, 200), ("wrong", 403, 401)] {
        let storage = Storage::of(builder().keys(["right"])).await;
        let key = Signer { access_key: ACCESS_KEY, secret_key, region: "fr-par" };
        assert_eq!(storage.send_as(Some(&key), "PUT /main", &[], "").await.status, s3);
        assert_eq!(storage.list_vpcs(secret_key).await, rest);
        assert_eq!(storage.send_as(Some(&key), "PUT /other", &[], "").await.status, s3);
    }
}

#[tokio::test]
async fn bucket_belongs_to_the_project_of_the_api_key_and_to_one_region() {
    let project = json!({ "kind": "account/project", "id": OTHER_PROJECT, "fields": { "name": "other" } });
    let seed = Seed::parse(&json!({ "objects": [project] }).to_string()).unwrap();
    let storage = Storage::of(builder().seed(seed)).await;
    let access_key = format!("{ACCESS_KEY}@{OTHER_PROJECT}");
    let other = Signer { access_key: &access_key, secret_key: SECRET_KEY, region: "fr-par" };
    storage.send_as(Some(&other), "PUT /theirs", &[], "").await;
    let acl = storage.send_as(Some(&other), "GET /theirs?acl=", &[], "").await;
    assert_eq!(acl.element("ID"), format!("{OTHER_PROJECT}:{OTHER_PROJECT}"));
    let error = storage.call("HEAD /theirs").await;
    assert_eq!((error.status, error.text.as_str()), (403, ""));
    assert_eq!(storage.call("PUT /theirs").await.code(), (409, "BucketAlreadyExists"));
    let elsewhere = Signer { region: "nl-ams", ..other };
    let error = storage.send_as(Some(&elsewhere), "GET /theirs", &[], "").await;
    assert_eq!(error.code(), (404, "NoSuchBucket"));
    let delete = storage.http.delete(format!("{}/account/v3/projects/{OTHER_PROJECT}", storage.fake.url()));
    let error = delete.header("x-auth-token", SECRET_KEY).send().await.unwrap();
    assert_eq!(error.status(), 412);
}

#[tokio::test]
async fn policy_denies_callers_and_acl_allows_anonymous_reads() {
    let storage = Storage::new().await;
    storage.good("PUT /main", "").await;
    storage.send("PUT /main/open", &[("x-amz-acl", "public-read")], "hello").await;
    storage.good("PUT /main/closed", "hello").await;
    assert_eq!(storage.send_as(None, "GET /main/open", &[], "").await.text, "hello");
    assert_eq!(storage.send_as(None, "GET /main/closed", &[], "").await.code(), (403, "AccessDenied"));
    let policy = json!({ "Version": "2023-04-17", "Id": "p", "Statement": [
        { "Sid": "read", "Effect": "Allow", "Principal": "*", "Action": ["s3:ListBucket", "s3:GetObject"],
          "Resource": ["main", "main/*"] },
        { "Sid": "keep", "Effect": "Deny", "Principal": { "SCW": "*" }, "Action": "s3:DeleteObject", "Resource": "main/*" },
    ] });
    storage.good("PUT /main?policy=", &policy.to_string()).await;
    let shown = storage.good("GET /main?policy=", "").await;
    assert_eq!(shown.headers["content-type"], "text/plain; charset=utf-8");
    let shown: serde_json::Value = serde_json::from_str(&shown.text).unwrap();
    assert_eq!(shown["Statement"][0]["Action"], json!(["s3:GetObject", "s3:ListBucket"]));
    assert_eq!(storage.send_as(None, "GET /main/closed", &[], "").await.text, "hello");
    assert_eq!(storage.call("DELETE /main/closed").await.code(), (403, "AccessDenied"));
    storage.good("DELETE /main?policy=", "").await;
    storage.good("DELETE /main/closed", "").await;
    assert_eq!(storage.send("PUT /main?policy=", &[], "{").await.code(), (400, "MalformedPolicy"));
}

#[tokio::test]
async fn policy_denies_callers_that_it_does_not_name_except_for_the_owner() {
    let storage = Storage::new().await;
    let iam = async |path: &str, body: serde_json::Value| -> serde_json::Value {
        let request = storage.http.post(format!("{}/iam/v1alpha1/{path}", storage.fake.url()));
        let answer = request.header("x-auth-token", SECRET_KEY).json(&body).send().await.unwrap();
        answer.json().await.unwrap()
    };
    let mut keys = Vec::new();
    for name in ["named", "other"] {
        let id = iam("applications", json!({ "name": name })).await["id"].as_str().unwrap().to_owned();
        let key = iam("api-keys", json!({ "application_id": id })).await;
        let text = |name: &str| key[name].as_str().unwrap().to_owned();
        keys.push((id, text("access_key"), text("secret_key")));
    }
    let send = async |key: &(String, String, String), request: &str| {
        let key = Signer { access_key: &key.1, secret_key: &key.2, region: "fr-par" };
        storage.send_as(Some(&key), request, &[], "").await.status
    };
    storage.good("PUT /main", "").await;
    assert_eq!(send(&keys[1], "GET /main").await, 200, "without a policy the project's keys may");
    let named = json!({ "Effect": "Allow", "Principal": { "SCW": format!("application_id:{}", keys[0].0) },
        "Action": ["s3:ListBucket"], "Resource": ["main", "main/*"] });
    storage.good("PUT /main?policy=", &json!({ "Version": "2023-04-17", "Statement": [named] }).to_string()).await;
    assert_eq!((send(&keys[0], "GET /main").await, send(&keys[0], "PUT /main/a").await), (200, 403));
    assert_eq!(send(&keys[1], "GET /main").await, 403);
    storage.good("PUT /main/a", "").await;
}

#[tokio::test]
async fn faults_log_seed_and_handle_apply_to_object_storage() {
    let bucket =
        json!({ "kind": "object/bucket", "locality": "fr-par", "id": "old", "fields": { "versioning": "Enabled" } });
    let seed = Seed::parse(&json!({ "objects": [bucket] }).to_string()).unwrap();
    let storage = Storage::of(builder().seed(seed)).await;
    assert_eq!(storage.good("GET /old?versioning=", "").await.element("Status"), "Enabled");
    let status = FaultKind::Status { code: 503, body: None, retry_after: None };
    storage.fake.fault(Fault::at("/old?*acl*", status));
    assert_eq!(storage.call("GET /old?tagging=").await.status, 404);
    assert_eq!(storage.call("GET /old?acl=").await.code(), (503, "SlowDown"));
    let last = storage.fake.requests().pop().unwrap();
    assert_eq!((last.path.as_str(), last.status), ("/old", Some(503)));
    storage.good("GET /old?acl=", "").await;
    assert_eq!(storage.fake.requests().pop().unwrap().operation.as_deref(), Some("GetBucketAcl"));
    let tags = json!({ "tags": [{ "key": "a", "value": "b" }] });
    storage.fake.change("object/bucket", "fr-par", "old", tags).unwrap();
    assert_eq!(storage.good("GET /old?tagging=", "").await.element("Value"), "b");
    storage.fake.remove("object/bucket", "fr-par", "old").unwrap();
    assert_eq!(storage.call("GET /old").await.code(), (404, "NoSuchBucket"));
}

#[tokio::test]
async fn enforced_permissions_of_buckets_objects_and_bucket_policies_differ() {
    let storage = Storage::of(builder().enforce_permissions(true)).await;
    storage.good("PUT /things", "").await;
    storage.good("PUT /things/a", "one").await;
    let project = scaleway_fake::DEFAULT_ORGANIZATION;
    let application = storage.api("applications", json!({ "name": "reader" })).await;
    let id = &application["id"];
    let rules = json!([{ "permission_set_names": ["ObjectStorageObjectsRead"], "project_ids": [project] }]);
    storage.api("policies", json!({ "name": "reads", "application_id": id, "rules": rules })).await;
    let key = storage.api("api-keys", json!({ "application_id": id })).await;
    let (access_key, secret_key) = (key["access_key"].as_str().unwrap(), key["secret_key"].as_str().unwrap());
    let key = Signer { access_key, secret_key, region: "fr-par" };
    let policy =
        r#"{"Version":"2023-04-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"things"}]}"#;
    for (request, body, expected) in [
        ("GET /things/a", "", 200),
        ("GET /things", "", 200),
        ("PUT /things/b", "two", 403),
        ("GET /things?versioning", "", 403),
        ("PUT /things?policy", policy, 403),
        ("PUT /others", "", 403),
    ] {
        let answer = storage.send_as(Some(&key), request, &[], body).await;
        assert_eq!(answer.status, expected, "{request}: {}", answer.text);
    }
}

#[tokio::test]
async fn checksum_of_an_upload_is_in_lists_copies_and_whole_reads_only() {
    let storage = Storage::new().await;
    storage.good("PUT /main", "").await;
    let put = storage.send("PUT /main/a", &[("x-amz-checksum-crc32", "NhCmhg==")], "hello").await;
    assert_eq!((put.status, &put.headers["x-amz-checksum-type"]), (200, &"FULL_OBJECT".parse().unwrap()));
    for list in ["GET /main?list-type=2", "GET /main", "GET /main?versions="] {
        let listed = storage.good(list, "").await;
        assert_eq!((listed.element("ChecksumAlgorithm"), listed.element("ChecksumType")), ("CRC32", "FULL_OBJECT"));
    }
    let copied = storage.send("PUT /main/b", &[("x-amz-copy-source", "main/a")], "").await;
    assert_eq!(copied.element("ChecksumCRC32"), "NhCmhg==");
    let mode = ("x-amz-checksum-mode", "ENABLED");
    let whole = storage.send("GET /main/a", &[mode], "").await;
    assert_eq!(whole.headers["x-amz-checksum-crc32"], "NhCmhg==");
    // Clients such as boto3 compare the checksum with the bytes that they receive.
    let part = storage.send("GET /main/a", &[mode, ("range", "bytes=0-1")], "").await;
    assert_eq!((part.text.as_str(), part.headers.get("x-amz-checksum-crc32")), ("he", None));
    storage.good("PUT /main/c", "hello").await;
    let mixed = storage.good("GET /main?prefix=c", "").await;
    assert!(!mixed.text.contains("Checksum"), "{}", mixed.text);
}

#[tokio::test]
async fn customer_key_needs_no_md5_and_aes256_takes_no_kms_key() {
    let storage = Storage::new().await;
    storage.good("PUT /main", "").await;
    let algorithm = ("x-amz-server-side-encryption-customer-algorithm", "AES256");
    let key = ("x-amz-server-side-encryption-customer-key", "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=");
    let md5 = ("x-amz-server-side-encryption-customer-key-md5", "KYvwGXoFFJ42a2u2GDWhwQ==");
    assert_eq!(storage.send("PUT /main/a", &[algorithm, key, md5], "hello").await.status, 200);
    assert_eq!(storage.send("GET /main/a", &[algorithm, key], "").await.text, "hello");
    assert_eq!(storage.call("GET /main/a").await.code(), (400, "InvalidRequest"));
    let kms = [("x-amz-server-side-encryption", "AES256"), ("x-amz-server-side-encryption-aws-kms-key-id", "key")];
    assert_eq!(storage.send("PUT /main/b", &kms, "hello").await.code(), (400, "InvalidArgument"));
    assert_eq!(storage.send("PUT /main/b", &kms[..1], "hello").await.status, 200);
}
