//! Object lock: the configuration of a bucket, retention and legal hold of versions, and their effect.

use jiff::{SignedDuration, Timestamp};
use s3s::dto::{
    GetObjectLegalHoldInput, GetObjectLegalHoldOutput, GetObjectLockConfigurationInput,
    GetObjectLockConfigurationOutput, GetObjectRetentionInput, GetObjectRetentionOutput, ObjectLockConfiguration,
    ObjectLockLegalHold, ObjectLockLegalHoldStatus, ObjectLockRetention, PutObjectLegalHoldInput,
    PutObjectLegalHoldOutput, PutObjectLockConfigurationInput, PutObjectLockConfigurationOutput,
    PutObjectRetentionInput, PutObjectRetentionOutput,
};
use s3s::{S3Result, s3_error};
use serde_json::{Map, Value, json};

use super::storage::{ReadStorage, Storage, time};
use crate::store::Object;

const HOURS_A_DAY: i64 = 24;
const DAYS_A_YEAR: i64 = 365;

pub(super) fn get(
    storage: &ReadStorage<'_>,
    input: GetObjectLockConfigurationInput,
) -> S3Result<GetObjectLockConfigurationOutput> {
    let none =
        || s3_error!(ObjectLockConfigurationNotFoundError, "Object Lock configuration does not exist for this bucket");
    let found = storage.read(&input.bucket, "object_lock")?.ok_or_else(none)?;
    Ok(GetObjectLockConfigurationOutput { object_lock_configuration: Some(found) })
}

pub(super) fn put(
    storage: &mut Storage<'_>,
    input: PutObjectLockConfigurationInput,
) -> S3Result<PutObjectLockConfigurationOutput> {
    let mut configuration = input.object_lock_configuration.unwrap_or_default();
    if storage.setting(&input.bucket, "versioning")? != "Enabled" {
        return Err(s3_error!(
            InvalidBucketState,
            "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration"
        ));
    }
    if let Some(retention) = configuration.rule.as_ref().and_then(|rule| rule.default_retention.as_ref()) {
        let (days, years) = (retention.days.unwrap_or(0), retention.years.unwrap_or(0));
        if retention.mode.is_none() || (days > 0) == (years > 0) {
            return Err(s3_error!(MalformedXML));
        }
    }
    configuration.object_lock_enabled.get_or_insert_with(|| "Enabled".to_owned().into());
    storage.write(&input.bucket, "object_lock", &configuration)?;
    Ok(PutObjectLockConfigurationOutput::default())
}

pub(super) fn get_legal_hold(
    storage: &ReadStorage<'_>,
    input: GetObjectLegalHoldInput,
) -> S3Result<GetObjectLegalHoldOutput> {
    let found = storage.object(&input.bucket, &input.key, input.version_id.as_deref())?;
    let status = if found.fields["legal_hold"] == true { "ON" } else { "OFF" };
    let legal_hold = ObjectLockLegalHold { status: Some(ObjectLockLegalHoldStatus::from_static(status)) };
    Ok(GetObjectLegalHoldOutput { legal_hold: Some(legal_hold) })
}

pub(super) fn put_legal_hold(
    storage: &mut Storage<'_>,
    input: PutObjectLegalHoldInput,
) -> S3Result<PutObjectLegalHoldOutput> {
    needs_lock(storage, &input.bucket)?;
    let on = input.legal_hold.and_then(|hold| hold.status).is_some_and(|status| status.as_str() == "ON");
    let found = storage.object_mut(&input.bucket, &input.key, input.version_id.as_deref())?;
    found.fields.insert("legal_hold".to_owned(), json!(on));
    Ok(PutObjectLegalHoldOutput::default())
}

pub(super) fn get_retention(
    storage: &ReadStorage<'_>,
    input: GetObjectRetentionInput,
) -> S3Result<GetObjectRetentionOutput> {
    let found = storage.object(&input.bucket, &input.key, input.version_id.as_deref())?;
    let retention = &found.fields["retention"];
    let (Some(mode), Some(until)) = (retention["mode"].as_str(), retention["until"].as_str()) else {
        return Err(s3_error!(
            NoSuchObjectLockConfiguration,
            "The specified object does not have a ObjectLock configuration"
        ));
    };
    let retention = ObjectLockRetention { mode: Some(mode.to_owned().into()), retain_until_date: time(until) };
    Ok(GetObjectRetentionOutput { retention: Some(retention) })
}

pub(super) fn put_retention(
    storage: &mut Storage<'_>,
    input: PutObjectRetentionInput,
) -> S3Result<PutObjectRetentionOutput> {
    needs_lock(storage, &input.bucket)?;
    let (now, bypass) = (storage.now, input.bypass_governance_retention == Some(true));
    let found = storage.object_mut(&input.bucket, &input.key, input.version_id.as_deref())?;
    let new = input.retention.as_ref().and_then(|retention| {
        Some(json!({ "mode": retention.mode.as_ref()?.as_str(), "until": retention.retain_until_date.as_ref()? }))
    });
    let (old_end, new_end) =
        (end(found), new.as_ref().and_then(|new| new["until"].as_str()?.parse::<Timestamp>().ok()));
    if old_end.is_some_and(|old| old > now && new_end.is_none_or(|new| new < old)) {
        check_retention(found, now, bypass)?;
    }
    found.fields.insert("retention".to_owned(), json!(new));
    Ok(PutObjectRetentionOutput::default())
}

/// Returns an error if the version is locked.
pub(super) fn check(found: &Object, now: Timestamp, bypass: bool) -> S3Result {
    if found.fields.get("legal_hold").is_some_and(|hold| hold == true) {
        return Err(s3_error!(AccessDenied, "Access Denied."));
    }
    check_retention(found, now, bypass)
}

/// The locks in the headers of an upload.
pub(super) fn of_header(
    fields: &mut Map<String, Value>,
    mode: Option<&str>,
    until: Option<&s3s::dto::Timestamp>,
    hold: Option<&str>,
) {
    if let (Some(mode), Some(until)) = (mode, until) {
        fields.insert("retention".to_owned(), json!({ "mode": mode, "until": until }));
    }
    fields.insert("legal_hold".to_owned(), json!(hold == Some("ON")));
}

/// The default retention of the bucket for new versions; null if there is none.
pub(super) fn by_default(storage: &Storage<'_>, bucket: &str) -> S3Result<Value> {
    let found: Option<ObjectLockConfiguration> = storage.read(bucket, "object_lock")?;
    let Some(retention) = found.and_then(|found| found.rule?.default_retention) else {
        return Ok(Value::Null);
    };
    let days = i64::from(retention.days.unwrap_or(0)) + i64::from(retention.years.unwrap_or(0)) * DAYS_A_YEAR;
    let end = storage.now.saturating_add(SignedDuration::from_hours(days * HOURS_A_DAY)).unwrap_or(Timestamp::MAX);
    let mode = retention.mode.map(|mode| mode.as_str().to_owned());
    Ok(json!({ "mode": mode, "until": format!("{end:.0}") }))
}

fn check_retention(found: &Object, now: Timestamp, bypass: bool) -> S3Result {
    let mode = found.fields.get("retention").and_then(|retention| retention["mode"].as_str()).unwrap_or_default();
    let held = end(found).is_some_and(|end| end > now) && !(mode == "GOVERNANCE" && bypass);
    if held { Err(s3_error!(AccessDenied, "Access Denied because object protected by object lock.")) } else { Ok(()) }
}

fn end(found: &Object) -> Option<Timestamp> {
    found.fields.get("retention")?["until"].as_str()?.parse().ok()
}

fn needs_lock(storage: &Storage<'_>, bucket: &str) -> S3Result {
    if storage.setting(bucket, "object_lock")?.is_null() {
        return Err(s3_error!(InvalidRequest, "Bucket is missing Object Lock Configuration"));
    }
    Ok(())
}
