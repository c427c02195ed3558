//! Maps operations of S3 to functions. Other operations return `NotImplemented`.
//!
//! This module does not implement operations.

use std::sync::Arc;

use axum::body::Bytes;
use axum::http::HeaderMap;
#[allow(clippy::wildcard_imports, reason = "inputs and outputs of all operations that are served")]
use s3s::dto::*;
use s3s::{S3, S3Request, S3Response, S3Result, s3_error};
use tokio_stream::StreamExt;

use super::contents::Upload;
use super::storage::{Caller, ReadStorage, Storage};
use super::{acl, bucket, configuration, contents, listing, lock, multipart};
use crate::state::Server;

/// Object Storage for one request.
pub(super) struct Service {
    pub(super) server: Arc<Server>,
    pub(super) caller: Caller,
}

impl Service {
    /// An operation that does not change objects. It runs at the same time as others.
    fn read_with_headers<O>(
        &self,
        handle: impl FnOnce(&ReadStorage<'_>) -> S3Result<(O, HeaderMap)>,
    ) -> S3Result<S3Response<O>> {
        let now = self.server.clock.now();
        let world = self.server.read();
        let (output, headers) = handle(&Storage { world: &*world, now, caller: &self.caller })?;
        Ok(S3Response::with_headers(output, headers))
    }

    fn read<O>(&self, handle: impl FnOnce(&ReadStorage<'_>) -> S3Result<O>) -> S3Result<S3Response<O>> {
        self.read_with_headers(|storage| handle(storage).map(|output| (output, HeaderMap::new())))
    }

    /// An operation that changes objects.
    fn write_with_headers<O>(
        &self,
        handle: impl FnOnce(&mut Storage<'_>) -> S3Result<(O, HeaderMap)>,
    ) -> S3Result<S3Response<O>> {
        let now = self.server.clock.now();
        let mut world = self.server.write();
        let (output, headers) = handle(&mut Storage { world: &mut *world, now, caller: &self.caller })?;
        Ok(S3Response::with_headers(output, headers))
    }

    fn write<O>(&self, handle: impl FnOnce(&mut Storage<'_>) -> S3Result<O>) -> S3Result<S3Response<O>> {
        self.write_with_headers(|storage| handle(storage).map(|output| (output, HeaderMap::new())))
    }
}

/// The whole body, with headers and trailers.
async fn receive<I>(request: &S3Request<I>, body: Option<StreamingBlob>) -> S3Result<Upload> {
    let mut content = Vec::new();
    let mut body = body;
    while let Some(piece) = match &mut body {
        Some(body) => body.next().await,
        None => None,
    } {
        let broken = |error| s3_error!(BadDigest, "the body is not the one that was signed: {error}");
        content.extend_from_slice(&piece.map_err(broken)?);
    }
    let trailers = request.trailing_headers.as_ref().and_then(s3s::TrailingHeaders::take).unwrap_or_default();
    Ok(Upload { content: Bytes::from(content), headers: request.headers.clone(), trailers })
}

#[async_trait::async_trait]
impl S3 for Service {
    async fn put_object(&self, mut request: S3Request<PutObjectInput>) -> S3Result<S3Response<PutObjectOutput>> {
        let body = request.input.body.take();
        let upload = receive(&request, body).await?;
        self.write_with_headers(|storage| contents::put(storage, request.input, &upload))
    }

    async fn upload_part(&self, mut request: S3Request<UploadPartInput>) -> S3Result<S3Response<UploadPartOutput>> {
        let body = request.input.body.take();
        let upload = receive(&request, body).await?;
        self.write_with_headers(|storage| multipart::put_part(storage, request.input, &upload))
    }

    async fn create_bucket(&self, request: S3Request<CreateBucketInput>) -> S3Result<S3Response<CreateBucketOutput>> {
        self.write(|storage| bucket::create(storage, request.input))
    }

    async fn delete_bucket(&self, request: S3Request<DeleteBucketInput>) -> S3Result<S3Response<DeleteBucketOutput>> {
        self.write(|storage| bucket::delete(storage, request.input))
    }

    async fn head_bucket(&self, request: S3Request<HeadBucketInput>) -> S3Result<S3Response<HeadBucketOutput>> {
        self.read(|storage| bucket::head(storage, request.input))
    }

    async fn get_bucket_location(
        &self,
        request: S3Request<GetBucketLocationInput>,
    ) -> S3Result<S3Response<GetBucketLocationOutput>> {
        self.read(|storage| bucket::location(storage, request.input))
    }

    async fn list_buckets(&self, request: S3Request<ListBucketsInput>) -> S3Result<S3Response<ListBucketsOutput>> {
        self.read(|storage| bucket::list(storage, request.input))
    }

    async fn put_bucket_acl(&self, request: S3Request<PutBucketAclInput>) -> S3Result<S3Response<PutBucketAclOutput>> {
        self.write(|storage| acl::put_of_bucket(storage, request.input))
    }

    async fn get_bucket_acl(&self, request: S3Request<GetBucketAclInput>) -> S3Result<S3Response<GetBucketAclOutput>> {
        self.read(|storage| acl::get_of_bucket(storage, request.input))
    }

    async fn put_object_acl(&self, request: S3Request<PutObjectAclInput>) -> S3Result<S3Response<PutObjectAclOutput>> {
        self.write(|storage| acl::put_of_object(storage, request.input))
    }

    async fn get_object_acl(&self, request: S3Request<GetObjectAclInput>) -> S3Result<S3Response<GetObjectAclOutput>> {
        self.read(|storage| acl::get_of_object(storage, request.input))
    }

    async fn get_bucket_tagging(
        &self,
        request: S3Request<GetBucketTaggingInput>,
    ) -> S3Result<S3Response<GetBucketTaggingOutput>> {
        self.read(|storage| configuration::get_tagging(storage, request.input))
    }

    async fn put_bucket_tagging(
        &self,
        request: S3Request<PutBucketTaggingInput>,
    ) -> S3Result<S3Response<PutBucketTaggingOutput>> {
        self.write(|storage| configuration::put_tagging(storage, request.input))
    }

    async fn delete_bucket_tagging(
        &self,
        request: S3Request<DeleteBucketTaggingInput>,
    ) -> S3Result<S3Response<DeleteBucketTaggingOutput>> {
        self.write(|storage| configuration::delete_tagging(storage, request.input))
    }

    async fn get_bucket_cors(
        &self,
        request: S3Request<GetBucketCorsInput>,
    ) -> S3Result<S3Response<GetBucketCorsOutput>> {
        self.read(|storage| configuration::get_cors(storage, request.input))
    }

    async fn put_bucket_cors(
        &self,
        request: S3Request<PutBucketCorsInput>,
    ) -> S3Result<S3Response<PutBucketCorsOutput>> {
        self.write(|storage| configuration::put_cors(storage, request.input))
    }

    async fn delete_bucket_cors(
        &self,
        request: S3Request<DeleteBucketCorsInput>,
    ) -> S3Result<S3Response<DeleteBucketCorsOutput>> {
        self.write(|storage| configuration::delete_cors(storage, request.input))
    }

    async fn get_bucket_lifecycle_configuration(
        &self,
        request: S3Request<GetBucketLifecycleConfigurationInput>,
    ) -> S3Result<S3Response<GetBucketLifecycleConfigurationOutput>> {
        self.read(|storage| configuration::get_lifecycle(storage, request.input))
    }

    async fn put_bucket_lifecycle_configuration(
        &self,
        request: S3Request<PutBucketLifecycleConfigurationInput>,
    ) -> S3Result<S3Response<PutBucketLifecycleConfigurationOutput>> {
        self.write(|storage| configuration::put_lifecycle(storage, request.input))
    }

    async fn delete_bucket_lifecycle(
        &self,
        request: S3Request<DeleteBucketLifecycleInput>,
    ) -> S3Result<S3Response<DeleteBucketLifecycleOutput>> {
        self.write(|storage| configuration::delete_lifecycle(storage, request.input))
    }

    async fn get_bucket_encryption(
        &self,
        request: S3Request<GetBucketEncryptionInput>,
    ) -> S3Result<S3Response<GetBucketEncryptionOutput>> {
        self.read(|storage| configuration::get_encryption(storage, request.input))
    }

    async fn put_bucket_encryption(
        &self,
        request: S3Request<PutBucketEncryptionInput>,
    ) -> S3Result<S3Response<PutBucketEncryptionOutput>> {
        self.write(|storage| configuration::put_encryption(storage, request.input))
    }

    async fn delete_bucket_encryption(
        &self,
        request: S3Request<DeleteBucketEncryptionInput>,
    ) -> S3Result<S3Response<DeleteBucketEncryptionOutput>> {
        self.write(|storage| configuration::delete_encryption(storage, request.input))
    }

    async fn get_bucket_website(
        &self,
        request: S3Request<GetBucketWebsiteInput>,
    ) -> S3Result<S3Response<GetBucketWebsiteOutput>> {
        self.read(|storage| configuration::get_website(storage, request.input))
    }

    async fn put_bucket_website(
        &self,
        request: S3Request<PutBucketWebsiteInput>,
    ) -> S3Result<S3Response<PutBucketWebsiteOutput>> {
        self.write(|storage| configuration::put_website(storage, request.input))
    }

    async fn delete_bucket_website(
        &self,
        request: S3Request<DeleteBucketWebsiteInput>,
    ) -> S3Result<S3Response<DeleteBucketWebsiteOutput>> {
        self.write(|storage| configuration::delete_website(storage, request.input))
    }

    async fn get_bucket_versioning(
        &self,
        request: S3Request<GetBucketVersioningInput>,
    ) -> S3Result<S3Response<GetBucketVersioningOutput>> {
        self.read(|storage| configuration::get_versioning(storage, request.input))
    }

    async fn put_bucket_versioning(
        &self,
        request: S3Request<PutBucketVersioningInput>,
    ) -> S3Result<S3Response<PutBucketVersioningOutput>> {
        self.write(|storage| configuration::put_versioning(storage, request.input))
    }

    async fn get_bucket_policy(
        &self,
        request: S3Request<GetBucketPolicyInput>,
    ) -> S3Result<S3Response<GetBucketPolicyOutput>> {
        self.read(|storage| configuration::get_policy(storage, request.input))
    }

    async fn put_bucket_policy(
        &self,
        request: S3Request<PutBucketPolicyInput>,
    ) -> S3Result<S3Response<PutBucketPolicyOutput>> {
        self.write(|storage| configuration::put_policy(storage, request.input))
    }

    async fn delete_bucket_policy(
        &self,
        request: S3Request<DeleteBucketPolicyInput>,
    ) -> S3Result<S3Response<DeleteBucketPolicyOutput>> {
        self.write(|storage| configuration::delete_policy(storage, request.input))
    }

    async fn get_object_lock_configuration(
        &self,
        request: S3Request<GetObjectLockConfigurationInput>,
    ) -> S3Result<S3Response<GetObjectLockConfigurationOutput>> {
        self.read(|storage| lock::get(storage, request.input))
    }

    async fn put_object_lock_configuration(
        &self,
        request: S3Request<PutObjectLockConfigurationInput>,
    ) -> S3Result<S3Response<PutObjectLockConfigurationOutput>> {
        self.write(|storage| lock::put(storage, request.input))
    }

    async fn get_object_legal_hold(
        &self,
        request: S3Request<GetObjectLegalHoldInput>,
    ) -> S3Result<S3Response<GetObjectLegalHoldOutput>> {
        self.read(|storage| lock::get_legal_hold(storage, request.input))
    }

    async fn put_object_legal_hold(
        &self,
        request: S3Request<PutObjectLegalHoldInput>,
    ) -> S3Result<S3Response<PutObjectLegalHoldOutput>> {
        self.write(|storage| lock::put_legal_hold(storage, request.input))
    }

    async fn get_object_retention(
        &self,
        request: S3Request<GetObjectRetentionInput>,
    ) -> S3Result<S3Response<GetObjectRetentionOutput>> {
        self.read(|storage| lock::get_retention(storage, request.input))
    }

    async fn put_object_retention(
        &self,
        request: S3Request<PutObjectRetentionInput>,
    ) -> S3Result<S3Response<PutObjectRetentionOutput>> {
        self.write(|storage| lock::put_retention(storage, request.input))
    }

    async fn get_object(&self, request: S3Request<GetObjectInput>) -> S3Result<S3Response<GetObjectOutput>> {
        self.read_with_headers(|storage| contents::get(storage, request.input))
    }

    async fn head_object(&self, request: S3Request<HeadObjectInput>) -> S3Result<S3Response<HeadObjectOutput>> {
        self.read_with_headers(|storage| contents::head(storage, request.input))
    }

    async fn copy_object(&self, request: S3Request<CopyObjectInput>) -> S3Result<S3Response<CopyObjectOutput>> {
        self.write(|storage| contents::copy(storage, request.input))
    }

    async fn delete_object(&self, request: S3Request<DeleteObjectInput>) -> S3Result<S3Response<DeleteObjectOutput>> {
        self.write(|storage| contents::delete(storage, request.input))
    }

    async fn delete_objects(
        &self,
        request: S3Request<DeleteObjectsInput>,
    ) -> S3Result<S3Response<DeleteObjectsOutput>> {
        self.write(|storage| contents::delete_many(storage, request.input))
    }

    async fn get_object_tagging(
        &self,
        request: S3Request<GetObjectTaggingInput>,
    ) -> S3Result<S3Response<GetObjectTaggingOutput>> {
        self.read(|storage| contents::get_tagging(storage, request.input))
    }

    async fn put_object_tagging(
        &self,
        request: S3Request<PutObjectTaggingInput>,
    ) -> S3Result<S3Response<PutObjectTaggingOutput>> {
        self.write(|storage| contents::put_tagging(storage, request.input))
    }

    async fn delete_object_tagging(
        &self,
        request: S3Request<DeleteObjectTaggingInput>,
    ) -> S3Result<S3Response<DeleteObjectTaggingOutput>> {
        self.write(|storage| contents::delete_tagging(storage, request.input))
    }

    async fn list_objects(&self, request: S3Request<ListObjectsInput>) -> S3Result<S3Response<ListObjectsOutput>> {
        self.read(|storage| listing::objects(storage, request.input))
    }

    async fn list_objects_v2(
        &self,
        request: S3Request<ListObjectsV2Input>,
    ) -> S3Result<S3Response<ListObjectsV2Output>> {
        self.read(|storage| listing::objects_v2(storage, request.input))
    }

    async fn list_object_versions(
        &self,
        request: S3Request<ListObjectVersionsInput>,
    ) -> S3Result<S3Response<ListObjectVersionsOutput>> {
        self.read(|storage| listing::versions(storage, request.input))
    }

    async fn create_multipart_upload(
        &self,
        request: S3Request<CreateMultipartUploadInput>,
    ) -> S3Result<S3Response<CreateMultipartUploadOutput>> {
        self.write(|storage| multipart::create(storage, request.input))
    }

    async fn complete_multipart_upload(
        &self,
        request: S3Request<CompleteMultipartUploadInput>,
    ) -> S3Result<S3Response<CompleteMultipartUploadOutput>> {
        self.write(|storage| multipart::complete(storage, request.input))
    }

    async fn abort_multipart_upload(
        &self,
        request: S3Request<AbortMultipartUploadInput>,
    ) -> S3Result<S3Response<AbortMultipartUploadOutput>> {
        self.write(|storage| multipart::abort(storage, request.input))
    }

    async fn list_multipart_uploads(
        &self,
        request: S3Request<ListMultipartUploadsInput>,
    ) -> S3Result<S3Response<ListMultipartUploadsOutput>> {
        self.read(|storage| multipart::list(storage, request.input))
    }

    async fn list_parts(&self, request: S3Request<ListPartsInput>) -> S3Result<S3Response<ListPartsOutput>> {
        self.read(|storage| multipart::parts(storage, request.input))
    }
}
