package model

// A keywordBody says which schemas a keyword contains.
type keywordBody int

const (
	unknown      keywordBody = iota
	plain                    // none below
	subschema                // one schema
	subschemas               // a list of schemas
	namedSchemas             // an object of schemas
)

// keywords are all keywords of JSON Schema 2020-12. The standard ignores unknown
// ones. A model file cannot have any, because mostly they are typing errors.
var keywords = map[string]keywordBody{
	"$schema": plain, "$id": plain, "$ref": plain, "$anchor": plain, "$comment": plain,
	"$dynamicRef": plain, "$dynamicAnchor": plain, "$defs": namedSchemas,

	"type": plain, "enum": plain, "const": plain, "format": plain,
	"maxLength": plain, "minLength": plain, "pattern": plain,
	"minimum": plain, "maximum": plain, "exclusiveMinimum": plain, "exclusiveMaximum": plain, "multipleOf": plain,
	"maxItems": plain, "minItems": plain, "uniqueItems": plain, "maxContains": plain, "minContains": plain,
	"maxProperties": plain, "minProperties": plain, "required": plain, "dependentRequired": plain,

	"properties": namedSchemas, "patternProperties": namedSchemas, "dependentSchemas": namedSchemas,
	"additionalProperties": subschema, "unevaluatedProperties": subschema, "propertyNames": subschema,
	"items": subschema, "contains": subschema, "unevaluatedItems": subschema, "prefixItems": subschemas,
	"allOf": subschemas, "anyOf": subschemas, "oneOf": subschemas,
	"not": subschema, "if": subschema, "then": subschema, "else": subschema,

	"title": plain, "description": plain, "default": plain, "examples": plain, "deprecated": plain,
	"readOnly": plain, "writeOnly": plain,
	"contentEncoding": plain, "contentMediaType": plain, "contentSchema": subschema,
}

// prepared are the keywords that the [rule] of a scalar checks itself, and the
// annotations. Any other keyword needs the general validator.
var prepared = map[string]bool{
	"type": true, "enum": true, "format": true, "maxLength": true, "minLength": true, "pattern": true,
	"minimum": true, "maximum": true, "exclusiveMinimum": true, "exclusiveMaximum": true,

	"title": true, "description": true, "default": true, "examples": true, "deprecated": true, "$comment": true,
	"readOnly": true, "writeOnly": true, "contentEncoding": true, "contentMediaType": true, "contentSchema": true,
}

// rootKeywords are the keywords that can stand at the top of a file. A rule over
// several fields cannot, because a merge patch of one field could break it.
var rootKeywords = map[string]bool{
	"$schema": true, "$id": true, "$comment": true, "$defs": true, "title": true, "description": true,
	"type": true, "properties": true, "required": true, "additionalProperties": true, "examples": true,
}

// unmergeable are keywords that an object that patches merge into cannot have:
// whether a patch keeps them depends on the record.
var unmergeable = []string{
	"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "$ref", "$dynamicRef", "enum", "const",
	"minProperties", "maxProperties", "dependentRequired", "dependentSchemas", "unevaluatedProperties",
}

// An xType is the type of the value of an x- keyword.
type xType string

const (
	xBoolean xType = "true or false"
	xString  xType = "text"
	xObject  xType = "an object"
	xStrings xType = "a list of names"
	xList    xType = "a list"
)

// xFile and xField are the x- keywords of a file and of a field. What they
// mean is written in shipped/README.md.
var (
	xFile  = map[string]xType{"x-model": xString, "x-filterable": xBoolean, "x-vendor": xObject}
	xField = map[string]xType{
		"x-role": xString, "x-secret": xString, "x-generate": xString, "x-prefix": xString,
		"x-filterable": xBoolean, "x-filter-by": xString, "x-open-paths": xBoolean,
		"x-indexed": xBoolean, "x-unique": xBoolean, "x-extensible": xBoolean,
		"x-overrides": xStrings, "x-text-of": xString, "x-stamped-by": xObject, "x-keeps-updated": xList, "x-needs": xString,
		"x-takes-date":  xBoolean,
		"x-vendor-name": xString, "x-vendor": xObject,
	}
)

// roleTypes are the types that a field of each role can have.
var roleTypes = map[Role][]Type{
	RoleID:        {Integer, String},
	RoleVersion:   {Integer},
	RoleCreatedAt: {DateTime},
	RoleUpdatedAt: {DateTime},
	RoleLastJob:   {String},
}

// roles lists the roles in the order in which addRoles adds fields for them.
var roles = []Role{RoleID, RoleVersion, RoleCreatedAt, RoleUpdatedAt, RoleLastJob}

// generators are the types of generated values.
var generators = map[string]Type{"sequence": Integer, "uuid": String, "slug": String, "hex": String}

// reserved are words of the API's paths. No model can have them as its name.
var reserved = map[string]bool{
	"jobs": true, "models": true, "keys": true, "audit": true, "auth": true,
	"clients": true, "client": true, "properties": true, "webhooks": true,
	"limits": true, "brake": true,
}
