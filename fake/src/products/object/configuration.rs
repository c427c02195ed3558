//! Configurations of a bucket: tags, CORS, lifecycle, encryption, website, versioning, policy.
//!
//! Each is one field of the bucket, the JSON of the type in `s3s`; null if it is not set.

use super::storage::{ReadStorage, Storage};
use super::{policy, rules};
use crate::call::WorldRef;
use axum::http::StatusCode;
use s3s::dto::{
    DeleteBucketCorsInput, DeleteBucketCorsOutput, DeleteBucketEncryptionInput, DeleteBucketEncryptionOutput,
    DeleteBucketLifecycleInput, DeleteBucketLifecycleOutput, DeleteBucketPolicyInput, DeleteBucketPolicyOutput,
    DeleteBucketTaggingInput, DeleteBucketTaggingOutput, DeleteBucketWebsiteInput, DeleteBucketWebsiteOutput,
    GetBucketCorsInput, GetBucketCorsOutput, GetBucketEncryptionInput, GetBucketEncryptionOutput,
    GetBucketLifecycleConfigurationInput, GetBucketLifecycleConfigurationOutput, GetBucketPolicyInput,
    GetBucketPolicyOutput, GetBucketTaggingInput, GetBucketTaggingOutput, GetBucketVersioningInput,
    GetBucketVersioningOutput, GetBucketWebsiteInput, GetBucketWebsiteOutput, LifecycleRule, PutBucketCorsInput,
    PutBucketCorsOutput, PutBucketEncryptionInput, PutBucketEncryptionOutput, PutBucketLifecycleConfigurationInput,
    PutBucketLifecycleConfigurationOutput, PutBucketPolicyInput, PutBucketPolicyOutput, PutBucketTaggingInput,
    PutBucketTaggingOutput, PutBucketVersioningInput, PutBucketVersioningOutput, PutBucketWebsiteInput,
    PutBucketWebsiteOutput, Tag, WebsiteConfiguration,
};
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

pub(super) fn get_tagging(storage: &ReadStorage<'_>, input: GetBucketTaggingInput) -> S3Result<GetBucketTaggingOutput> {
    let none = || s3_error!(NoSuchTagSet, "The TagSet does not exist");
    let tags = storage.read::<Vec<Tag>>(&input.bucket, "tags")?.ok_or_else(none)?;
    Ok(GetBucketTaggingOutput { tag_set: tags })
}

pub(super) fn put_tagging(storage: &mut Storage<'_>, input: PutBucketTaggingInput) -> S3Result<PutBucketTaggingOutput> {
    rules::check_tags(&input.tagging.tag_set)?;
    storage.write(&input.bucket, "tags", &input.tagging.tag_set)?;
    Ok(PutBucketTaggingOutput::default())
}

pub(super) fn delete_tagging(
    storage: &mut Storage<'_>,
    input: DeleteBucketTaggingInput,
) -> S3Result<DeleteBucketTaggingOutput> {
    storage.set(&input.bucket, "tags", Value::Null)?;
    Ok(DeleteBucketTaggingOutput::default())
}

pub(super) fn get_cors(storage: &ReadStorage<'_>, input: GetBucketCorsInput) -> S3Result<GetBucketCorsOutput> {
    let none = || s3_error!(NoSuchCORSConfiguration, "The CORS configuration does not exist");
    let rules = storage.read(&input.bucket, "cors")?.ok_or_else(none)?;
    Ok(GetBucketCorsOutput { cors_rules: Some(rules) })
}

pub(super) fn put_cors(storage: &mut Storage<'_>, input: PutBucketCorsInput) -> S3Result<PutBucketCorsOutput> {
    let rules = input.cors_configuration.cors_rules;
    let known = ["GET", "PUT", "HEAD", "POST", "DELETE"];
    if rules.iter().flat_map(|rule| &rule.allowed_methods).any(|method| !known.contains(&method.as_str())) {
        return Err(s3_error!(InvalidRequest, "Found unsupported HTTP method in CORS config"));
    }
    storage.write(&input.bucket, "cors", &rules)?;
    Ok(PutBucketCorsOutput::default())
}

pub(super) fn delete_cors(storage: &mut Storage<'_>, input: DeleteBucketCorsInput) -> S3Result<DeleteBucketCorsOutput> {
    storage.set(&input.bucket, "cors", Value::Null)?;
    Ok(DeleteBucketCorsOutput::default())
}

pub(super) fn get_lifecycle(
    storage: &ReadStorage<'_>,
    input: GetBucketLifecycleConfigurationInput,
) -> S3Result<GetBucketLifecycleConfigurationOutput> {
    let none = || s3_error!(NoSuchLifecycleConfiguration, "The lifecycle configuration does not exist");
    let rules: Vec<LifecycleRule> = storage.read(&input.bucket, "lifecycle")?.ok_or_else(none)?;
    Ok(GetBucketLifecycleConfigurationOutput { rules: Some(rules), ..GetBucketLifecycleConfigurationOutput::default() })
}

pub(super) fn put_lifecycle(
    storage: &mut Storage<'_>,
    input: PutBucketLifecycleConfigurationInput,
) -> S3Result<PutBucketLifecycleConfigurationOutput> {
    let rules = input.lifecycle_configuration.map(|configuration| configuration.rules).unwrap_or_default();
    let acts = |rule: &LifecycleRule| {
        rule.expiration.is_some()
            || rule.abort_incomplete_multipart_upload.is_some()
            || rule.noncurrent_version_expiration.is_some()
            || rule.transitions.as_ref().is_some_and(|all| !all.is_empty())
            || rule.noncurrent_version_transitions.as_ref().is_some_and(|all| !all.is_empty())
    };
    if rules.is_empty() {
        return Err(s3_error!(MalformedXML));
    }
    if !rules.iter().all(acts) {
        return Err(s3_error!(InvalidRequest, "At least one action needs to be specified in a rule."));
    }
    // As recorded: `ExpiredObjectDeleteMarker: false` is accepted together with a number of days; `true` is rejected.
    let contradicts = |rule: &LifecycleRule| {
        rule.expiration.as_ref().is_some_and(|when| {
            when.expired_object_delete_marker == Some(true) && (when.days.is_some() || when.date.is_some())
        })
    };
    if rules.iter().any(contradicts) {
        return Err(s3_error!(MalformedXML));
    }
    let classes = rules.iter().flat_map(|rule| {
        let now = rule.transitions.iter().flatten().filter_map(|to| to.storage_class.as_ref());
        let old = rule.noncurrent_version_transitions.iter().flatten().filter_map(|to| to.storage_class.as_ref());
        now.chain(old)
    });
    for class in classes {
        rules::check_class(class.as_str())?;
    }
    storage.write(&input.bucket, "lifecycle", &rules)?;
    Ok(PutBucketLifecycleConfigurationOutput::default())
}

pub(super) fn delete_lifecycle(
    storage: &mut Storage<'_>,
    input: DeleteBucketLifecycleInput,
) -> S3Result<DeleteBucketLifecycleOutput> {
    storage.set(&input.bucket, "lifecycle", Value::Null)?;
    Ok(DeleteBucketLifecycleOutput::default())
}

pub(super) fn get_encryption(
    storage: &ReadStorage<'_>,
    input: GetBucketEncryptionInput,
) -> S3Result<GetBucketEncryptionOutput> {
    let none = || {
        let code = S3ErrorCode::Custom("ServerSideEncryptionConfigurationNotFoundError".into());
        let mut error = S3Error::with_message(code, "The server side encryption configuration was not found");
        error.set_status_code(StatusCode::NOT_FOUND);
        error
    };
    let found = storage.read(&input.bucket, "encryption")?.ok_or_else(none)?;
    Ok(GetBucketEncryptionOutput { server_side_encryption_configuration: Some(found) })
}

pub(super) fn put_encryption(
    storage: &mut Storage<'_>,
    input: PutBucketEncryptionInput,
) -> S3Result<PutBucketEncryptionOutput> {
    let mut configuration = input.server_side_encryption_configuration;
    // As recorded: responses contain this field.
    for rule in &mut configuration.rules {
        rule.bucket_key_enabled.get_or_insert(false);
    }
    storage.write(&input.bucket, "encryption", &configuration)?;
    Ok(PutBucketEncryptionOutput::default())
}

pub(super) fn delete_encryption(
    storage: &mut Storage<'_>,
    input: DeleteBucketEncryptionInput,
) -> S3Result<DeleteBucketEncryptionOutput> {
    storage.set(&input.bucket, "encryption", Value::Null)?;
    Ok(DeleteBucketEncryptionOutput::default())
}

pub(super) fn get_website(storage: &ReadStorage<'_>, input: GetBucketWebsiteInput) -> S3Result<GetBucketWebsiteOutput> {
    let none = || s3_error!(NoSuchWebsiteConfiguration, "The specified bucket does not have a website configuration");
    let found: WebsiteConfiguration = storage.read(&input.bucket, "website")?.ok_or_else(none)?;
    Ok(GetBucketWebsiteOutput {
        error_document: found.error_document,
        index_document: found.index_document,
        redirect_all_requests_to: found.redirect_all_requests_to,
        routing_rules: found.routing_rules,
    })
}

pub(super) fn put_website(storage: &mut Storage<'_>, input: PutBucketWebsiteInput) -> S3Result<PutBucketWebsiteOutput> {
    storage.write(&input.bucket, "website", &input.website_configuration)?;
    Ok(PutBucketWebsiteOutput::default())
}

pub(super) fn delete_website(
    storage: &mut Storage<'_>,
    input: DeleteBucketWebsiteInput,
) -> S3Result<DeleteBucketWebsiteOutput> {
    storage.set(&input.bucket, "website", Value::Null)?;
    Ok(DeleteBucketWebsiteOutput::default())
}

pub(super) fn get_versioning(
    storage: &ReadStorage<'_>,
    input: GetBucketVersioningInput,
) -> S3Result<GetBucketVersioningOutput> {
    let status = storage.bucket(&input.bucket)?.text("versioning").to_owned();
    let status = Some(status).filter(|status| !status.is_empty()).map(Into::into);
    Ok(GetBucketVersioningOutput { status, ..GetBucketVersioningOutput::default() })
}

pub(super) fn put_versioning(
    storage: &mut Storage<'_>,
    input: PutBucketVersioningInput,
) -> S3Result<PutBucketVersioningOutput> {
    let status = input.versioning_configuration.status.map(|status| status.as_str().to_owned()).unwrap_or_default();
    if !["Enabled", "Suspended"].contains(&status.as_str()) {
        return Err(s3_error!(IllegalVersioningConfigurationException, "the status is Enabled or Suspended"));
    }
    if status == "Suspended" && !storage.setting(&input.bucket, "object_lock")?.is_null() {
        let message =
            "An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.";
        return Err(s3_error!(InvalidBucketState, "{message}"));
    }
    storage.set(&input.bucket, "versioning", json!(status))?;
    Ok(PutBucketVersioningOutput::default())
}

pub(super) fn get_policy(storage: &ReadStorage<'_>, input: GetBucketPolicyInput) -> S3Result<GetBucketPolicyOutput> {
    let none = || s3_error!(NoSuchBucketPolicy, "The bucket policy does not exist");
    let policy = storage.read(&input.bucket, "policy")?.ok_or_else(none)?;
    Ok(GetBucketPolicyOutput { policy: Some(policy) })
}

pub(super) fn put_policy(storage: &mut Storage<'_>, input: PutBucketPolicyInput) -> S3Result<PutBucketPolicyOutput> {
    let policy = policy::normalized(&input.policy, &input.bucket)?;
    storage.set(&input.bucket, "policy", json!(policy))?;
    Ok(PutBucketPolicyOutput::default())
}

pub(super) fn delete_policy(
    storage: &mut Storage<'_>,
    input: DeleteBucketPolicyInput,
) -> S3Result<DeleteBucketPolicyOutput> {
    storage.set(&input.bucket, "policy", Value::Null)?;
    Ok(DeleteBucketPolicyOutput::default())
}

impl<W: WorldRef> Storage<'_, W> {
    /// A configuration of the bucket, if it is set.
    pub(super) fn read<T: DeserializeOwned>(&self, bucket: &str, name: &str) -> S3Result<Option<T>> {
        let value = self.setting(bucket, name)?;
        if value.is_null() {
            return Ok(None);
        }
        serde_json::from_value(value).map(Some).map_err(S3Error::internal_error)
    }
}

impl Storage<'_> {
    pub(super) fn write(&mut self, bucket: &str, name: &str, value: &impl Serialize) -> S3Result {
        let value = serde_json::to_value(value).map_err(S3Error::internal_error)?;
        self.set(bucket, name, value)
    }
}
