package client

// The codes of a refused call, as [Error.Code] has them, by their status. A server may
// add codes, and renames none.
const (
	CodeInvalidRequest    = "invalid_request"     // 400: The request is not valid
	CodeInvalidJSON       = "invalid_json"        // 400: The body is not valid JSON
	CodeDuplicateKey      = "duplicate_key"       // 400: A JSON name is given twice
	CodeUnknownParameter  = "unknown_parameter"   // 400: A query parameter is unknown
	CodeUnknownModel      = "unknown_model"       // 400: There is no such model
	CodeMissingFilter     = "missing_filter"      // 400: A filter is required
	CodeAllowAllRequired  = "allow_all_required"  // 400: An empty filter needs allowAll
	CodeEmptyPatch        = "empty_patch"         // 400: The patch changes nothing
	CodeIncompleteBody    = "incomplete_body"     // 400: The body is incomplete
	CodeInvalidGzip       = "invalid_gzip"        // 400: The body is not valid gzip
	CodeConflictingKeys   = "conflicting_keys"    // 400: Two different API keys were given
	CodeTooManyConditions = "too_many_conditions" // 400: The filter has too many conditions
	CodeTooManyValues     = "too_many_values"     // 400: The request has too many values
	CodeTooManyNames      = "too_many_names"      // 400: The patch merges too many names
	CodeTooManyOptions    = "too_many_options"    // 400: A drop-down has too many options

	CodeWebhookNotConfigured = "webhook_not_configured" // 400: No secret signs webhooks
	CodeWebhookRefused       = "webhook_refused"        // 400: The webhook's address may not be called

	CodeMissingKey = "missing_key" // 401: An API key is required
	CodeInvalidKey = "invalid_key" // 401: The API key is not valid

	CodeMissingScope       = "missing_scope"       // 403: The API key lacks a scope
	CodeForbiddenWorkspace = "forbidden_workspace" // 403: The workspace is not yours to manage
	CodeCrossOrigin        = "cross_origin"        // 403: The request came from another site

	CodeUnknownPath    = "unknown_path"     // 404: There is nothing at this path
	CodeNotFound       = "not_found"        // 404: Not found
	CodeInvalidID      = "invalid_id"       // 404: No record can have this id
	CodeModelNotFound  = "model_not_found"  // 404: There is no such model
	CodeRecordNotFound = "record_not_found" // 404: There is no such record
	CodeJobNotFound    = "job_not_found"    // 404: There is no such job
	CodeKeyNotFound    = "key_not_found"    // 404: There is no such key
	CodeFileNotFound   = "file_not_found"   // 404: There is no such file

	CodeMethodNotAllowed = "method_not_allowed" // 405: The method is not allowed here

	CodeNotAcceptable = "not_acceptable" // 406: No offered media type is accepted

	CodeRequestTimeout = "request_timeout" // 408: The body did not arrive in time

	CodeActionNotAllowed = "action_not_allowed" // 409: The job's state does not allow this
	CodeRetryOpen        = "retry_open"         // 409: Another retry has not ended
	CodeValuesNotKept    = "values_not_kept"    // 409: What it needs is no longer kept
	CodeExists           = "exists"             // 409: It already exists
	CodeIDTaken          = "id_taken"           // 409: The id is taken
	CodeNameTaken        = "name_taken"         // 409: The name is taken
	CodeTooManySecrets   = "too_many_secrets"   // 409: The key has too many secrets
	CodeUnique           = "unique"             // 409: A unique value is already taken
	CodeJobCancelled     = "job_cancelled"      // 409: The job was cancelled
	CodeNoWebhook        = "no_webhook"         // 409: The job calls nobody when it ends
	CodeNoFile           = "no_file"            // 409: The job has no file
	CodeFileInUse        = "file_in_use"        // 409: A job needs the file
	CodeModelGone        = "model_gone"         // 409: The job's model is not loaded

	CodeJobGone  = "job_gone"  // 410: The job has expired
	CodeRowsGone = "rows_gone" // 410: The rows of the job have been removed

	CodePreconditionFailed  = "precondition_failed"   // 412: The record has another version
	CodeConfirmTokenInvalid = "confirm_token_invalid" // 412: The confirm token is not valid

	CodeTooLarge = "too_large" // 413: The body is too large

	CodeURLTooLong = "url_too_long" // 414: The URL is too long

	CodeUnsupportedMediaType = "unsupported_media_type" // 415: The media type is not supported

	CodeIdempotencyKeyReused = "idempotency_key_reused" // 422: The idempotency key was used for another request
	CodeRecordFailed         = "record_failed"          // 422: A rule refused the change

	CodeTooManyStreams = "too_many_streams" // 429: Too many event streams and waiting calls are open
	CodeTooManyFiles   = "too_many_files"   // 429: The files take as much space as they may
	CodeTooManyJobs    = "too_many_jobs"    // 429: Too many jobs are open
	CodeRateLimited    = "rate_limited"     // 429: The API key has made too many calls

	CodeHeadersTooLarge = "headers_too_large" // 431: The headers are too large

	CodeInternal = "internal" // 500: Something went wrong on our side

	CodeUnavailable  = "unavailable"   // 503: The service cannot answer right now
	CodeQueryTimeout = "query_timeout" // 503: The query takes too long
	CodeBrake        = "brake"         // 503: The brake is on
	CodeNotReady     = "not_ready"     // 503: The service is not ready

	CodeStorageFull = "storage_full" // 507: The database is out of space
)

// The codes of a fault in an input, as [Fault.Code] has them. A fault may also have one
// of the codes of a refused call with the status 400, and, from a check of a patch, one
// of the reasons why a record is not updated.
const (
	FaultUnknownField          = "unknown_field"           // There is no such field
	FaultUnknownColumn         = "unknown_column"          // There is no such column
	FaultUnknownOperator       = "unknown_operator"        // There is no such operator
	FaultUnknownCode           = "unknown_code"            // No record of the job ended with this code
	FaultUnknownPointer        = "unknown_pointer"         // No record of the job ended because of this field
	FaultReadOnly              = "read_only"               // The field cannot be changed
	FaultType                  = "type"                    // The value is of the wrong type
	FaultRequired              = "required"                // A value is required
	FaultNotNull               = "not_null"                // The field must have a value
	FaultTooLong               = "too_long"                // The value is too long
	FaultTooShort              = "too_short"               // The value is too short
	FaultOutOfRange            = "out_of_range"            // The number or the date is out of range
	FaultTooPrecise            = "too_precise"             // The number has more digits than can be kept
	FaultEnum                  = "enum"                    // The value is not one of the choices
	FaultFormat                = "format"                  // The value has the wrong form
	FaultPattern               = "pattern"                 // The value does not have the form of the field
	FaultSchema                = "schema"                  // The value breaks a rule of the model
	FaultNULCharacter          = "nul_character"           // The text has a NUL character
	FaultInvalidUTF8           = "invalid_utf8"            // The text is not valid UTF-8
	FaultInvalidText           = "invalid_text"            // The text is not valid
	FaultTooDeep               = "too_deep"                // It is nested too deeply
	FaultOperatorNotAllowed    = "operator_not_allowed"    // The operator does not suit the field
	FaultNotFilterable         = "not_filterable"          // The field cannot be filtered
	FaultNullComparison        = "null_comparison"         // No value is neither less nor more than another
	FaultNotSortable           = "not_sortable"            // The field cannot be sorted by
	FaultDuplicateField        = "duplicate_field"         // The field is set twice
	FaultTooManyOperators      = "too_many_operators"      // There are too many operators
	FaultSecretField           = "secret_field"            // A secret can be neither computed nor read
	FaultFilterAndID           = "filter_and_id"           // Both a filter and an id are given
	FaultSecretColumn          = "secret_column"           // A secret cannot be a column
	FaultNotWithFile           = "not_with_file"           // It has no meaning for a file job
	FaultFileOnly              = "file_only"               // It is for file jobs alone
	FaultNoColumn              = "no_column"               // No column stands for the field
	FaultNotMatchable          = "not_matchable"           // Rows cannot be matched by this
	FaultInvalidFile           = "invalid_file"            // The file cannot be read
	FaultIfMatchOnBulk         = "if_match_on_bulk"        // A version can be demanded of a single record only
	FaultInvalidIfMatch        = "invalid_if_match"        // The version is not well-formed
	FaultBulkOnly              = "bulk_only"               // The option is for updates of many records
	FaultNotForStreams         = "not_for_streams"         // The parameter has no meaning for a whole file
	FaultRepeatedParameter     = "repeated_parameter"      // A parameter is given twice
	FaultInvalidCursor         = "invalid_cursor"          // The place in the list is not known
	FaultInvalidQuery          = "invalid_query"           // The address is not properly encoded
	FaultInvalidForm           = "invalid_form"            // The form could not be read
	FaultInvalidIdempotencyKey = "invalid_idempotency_key" // The idempotency key is not well-formed
	FaultPageTooLarge          = "page_too_large"          // The page would be too large
	FaultMoreErrors            = "more_errors"             // There are more errors than are listed
)
