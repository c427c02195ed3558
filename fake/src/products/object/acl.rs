//! Access control lists of buckets and objects.
//!
//! Grants are stored as `{"id" or "uri", "permission"}`.

use s3s::dto::{
    AccessControlPolicy, GetBucketAclInput, GetBucketAclOutput, GetObjectAclInput, GetObjectAclOutput, Grant, Grantee,
    PutBucketAclInput, PutBucketAclOutput, PutObjectAclInput, PutObjectAclOutput, Type,
};
use s3s::{S3Result, s3_error};
use serde_json::{Value, json};

use super::storage::{ReadStorage, Storage, owner, owner_id};
use crate::call::WorldRef;
use crate::store::Object;

const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
const AUTHENTICATED_USERS: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";

/// All permissions for the owner.
pub(super) fn private(owner: &str) -> Value {
    json!([{ "id": owner, "permission": "FULL_CONTROL" }])
}

/// The grants of a canned ACL.
pub(super) fn canned(word: &str, owner: &str) -> S3Result<Value> {
    let further: &[(&str, &str)] = match word {
        "private" | "bucket-owner-read" | "bucket-owner-full-control" => &[],
        "public-read" => &[(ALL_USERS, "READ")],
        "public-read-write" => &[(ALL_USERS, "READ"), (ALL_USERS, "WRITE")],
        "authenticated-read" => &[(AUTHENTICATED_USERS, "READ")],
        _ => return Err(s3_error!(InvalidArgument, "there is no canned ACL of this name")),
    };
    let mut grants = vec![json!({ "id": owner, "permission": "FULL_CONTROL" })];
    grants.extend(further.iter().map(|(group, permission)| json!({ "uri": group, "permission": permission })));
    Ok(Value::Array(grants))
}

pub(super) fn put_of_bucket(storage: &mut Storage<'_>, input: PutBucketAclInput) -> S3Result<PutBucketAclOutput> {
    let owner = owner_id(storage.bucket(&input.bucket)?.text("project_id"));
    let word = input.acl.as_ref().map(s3s::dto::BucketCannedACL::as_str);
    let grants = given(word, input.access_control_policy, &owner)?;
    storage.set(&input.bucket, "grants", grants)?;
    Ok(PutBucketAclOutput::default())
}

pub(super) fn get_of_bucket(storage: &ReadStorage<'_>, input: GetBucketAclInput) -> S3Result<GetBucketAclOutput> {
    let bucket = storage.bucket(&input.bucket)?;
    Ok(GetBucketAclOutput { owner: Some(owner(bucket)), grants: Some(shown(&bucket.fields["grants"])) })
}

pub(super) fn put_of_object(storage: &mut Storage<'_>, input: PutObjectAclInput) -> S3Result<PutObjectAclOutput> {
    let owner = owner_id(storage.bucket(&input.bucket)?.text("project_id"));
    let word = input.acl.as_ref().map(s3s::dto::ObjectCannedACL::as_str);
    let grants = given(word, input.access_control_policy, &owner)?;
    let object = storage.object_mut(&input.bucket, &input.key, input.version_id.as_deref())?;
    object.fields.insert("grants".to_owned(), grants);
    Ok(PutObjectAclOutput::default())
}

pub(super) fn get_of_object(storage: &ReadStorage<'_>, input: GetObjectAclInput) -> S3Result<GetObjectAclOutput> {
    let owner = owner(storage.bucket(&input.bucket)?);
    let object = storage.object(&input.bucket, &input.key, input.version_id.as_deref())?;
    let grants = Some(shown(&object.fields["grants"]));
    Ok(GetObjectAclOutput { owner: Some(owner), grants, ..GetObjectAclOutput::default() })
}

/// Whether a list allows the operation to the caller.
pub(super) fn allows(
    storage: &Storage<'_, impl WorldRef>,
    bucket: &Object,
    key: Option<&str>,
    operation: &str,
) -> bool {
    let (needed, of_object) = match operation {
        "HeadBucket" | "ListObjects" | "ListObjectsV2" | "ListObjectVersions" | "ListMultipartUploads" => {
            ("READ", false)
        }
        "PutObject"
        | "CopyObject"
        | "DeleteObject"
        | "DeleteObjects"
        | "CreateMultipartUpload"
        | "UploadPart"
        | "CompleteMultipartUpload"
        | "AbortMultipartUpload" => ("WRITE", false),
        "GetBucketAcl" => ("READ_ACP", false),
        "PutBucketAcl" => ("WRITE_ACP", false),
        "GetObject" | "HeadObject" => ("READ", true),
        "GetObjectAcl" => ("READ_ACP", true),
        "PutObjectAcl" => ("WRITE_ACP", true),
        _ => return false,
    };
    let object = key.filter(|_| of_object).and_then(|key| storage.object(&bucket.id, key, None).ok());
    let Some(grants) =
        (if of_object { object } else { Some(bucket) }).and_then(|found| found.fields["grants"].as_array())
    else {
        return false;
    };
    let own = storage.caller.project.as_deref().map(owner_id);
    // A grant to a project applies to callers who have the permission in that project.
    let may = storage.caller.project.as_deref().is_some_and(|project| storage.caller.may(operation, project));
    grants.iter().any(|grant| {
        let granted = grant["permission"] == needed || grant["permission"] == "FULL_CONTROL";
        let meant = match grant["uri"].as_str() {
            Some(group) => group == ALL_USERS || (group == AUTHENTICATED_USERS && own.is_some()),
            None => may && own.as_deref().is_some_and(|own| grant["id"] == own),
        };
        granted && meant
    })
}

fn given(word: Option<&str>, policy: Option<AccessControlPolicy>, owner: &str) -> S3Result<Value> {
    match (word, policy.and_then(|policy| policy.grants)) {
        (_, Some(grants)) => grants.into_iter().map(kept).collect(),
        (Some(word), None) => canned(word, owner),
        (None, None) => Err(s3_error!(MissingSecurityHeader, "Your request was missing a required header.")),
    }
}

fn kept(grant: Grant) -> S3Result<Value> {
    let malformed = || s3_error!(MalformedACLError, "The XML you provided was not well-formed or did not validate");
    let (grantee, permission) = (grant.grantee.ok_or_else(malformed)?, grant.permission.ok_or_else(malformed)?);
    let permission = permission.as_str();
    if !["FULL_CONTROL", "READ", "READ_ACP", "WRITE", "WRITE_ACP"].contains(&permission) {
        return Err(malformed());
    }
    match (grantee.uri, grantee.id) {
        (Some(uri), _) if [ALL_USERS, AUTHENTICATED_USERS].contains(&uri.as_str()) => {
            Ok(json!({ "uri": uri, "permission": permission }))
        }
        (None, Some(id)) => Ok(json!({ "id": id, "permission": permission })),
        _ => Err(malformed()),
    }
}

fn shown(grants: &Value) -> Vec<Grant> {
    let text = |grant: &Value, name: &str| grant[name].as_str().map(str::to_owned);
    let one = |grant: &Value| {
        let (uri, id) = (text(grant, "uri"), text(grant, "id"));
        let type_ = Type::from_static(if uri.is_some() { Type::GROUP } else { Type::CANONICAL_USER });
        let grantee = Grantee { display_name: id.clone(), email_address: None, id, type_, uri };
        Grant { grantee: Some(grantee), permission: text(grant, "permission").map(Into::into) }
    };
    grants.as_array().into_iter().flatten().map(one).collect()
}
