package trace

import semconv "go.opentelemetry.io/otel/semconv/v1.43.0"

// Names of attributes that OpenTelemetry has agreed on
// (https://opentelemetry.io/docs/specs/semconv/).
const (
	HTTPMethod   = string(semconv.HTTPRequestMethodKey)
	HTTPRoute    = string(semconv.HTTPRouteKey)
	HTTPStatus   = string(semconv.HTTPResponseStatusCodeKey)
	URLScheme    = string(semconv.URLSchemeKey)
	ErrorType    = string(semconv.ErrorTypeKey)
	Queue        = string(semconv.MessagingDestinationNameKey)
	QueueSystem  = string(semconv.MessagingSystemKey)
	QueueDoes    = string(semconv.MessagingOperationTypeKey)
	DatabaseKind = string(semconv.DBSystemNameKey)
)

// Names of the attributes of bulkpatch.
const (
	Request   = "bulkpatch.request"   // id of the request, as the log has it
	Workspace = "bulkpatch.workspace" // its name
	Job       = "bulkpatch.job"       // id
	Kind      = "bulkpatch.kind"      // of the job
	Model     = "bulkpatch.model"     // its name
	Shard     = "bulkpatch.shard"     // number of the shard
	Epoch     = "bulkpatch.epoch"     // of the lease
	Records   = "bulkpatch.records"   // how many records of the chunk got an outcome
	Result    = "bulkpatch.result"    // why a step did not do all it was asked for, without a fault
)
