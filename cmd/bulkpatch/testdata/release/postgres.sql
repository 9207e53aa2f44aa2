SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE public.api_keys (
    id bigint NOT NULL,
    workspace bigint NOT NULL,
    name text NOT NULL,
    hash text NOT NULL,
    hint text NOT NULL,
    scopes text NOT NULL,
    created_at bigint NOT NULL,
    revoked_at bigint
);
ALTER TABLE public.api_keys ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.api_keys_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.blocks (
    workspace bigint NOT NULL,
    model text NOT NULL,
    block bigint NOT NULL,
    next bigint NOT NULL
);
CREATE TABLE public.c_accounts (
    rid bigint NOT NULL,
    workspace bigint NOT NULL,
    id bigint NOT NULL,
    version bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    last_job bigint,
    f_number bigint,
    f_title text COLLATE pg_catalog."C",
    f_description text COLLATE pg_catalog."C",
    f_address jsonb,
    "f_isActive" boolean,
    "f_primaryEmail" text COLLATE pg_catalog."C",
    "f_primaryPhone" text COLLATE pg_catalog."C",
    f_custom jsonb,
    "f_accountType" text COLLATE pg_catalog."C",
    f_contacts jsonb,
    f_value double precision,
    f_size double precision,
    "f_createdBy" jsonb,
    "f_updatedBy" jsonb
);
CREATE TABLE public.c_clientsuccess (
    rid bigint NOT NULL,
    workspace bigint NOT NULL,
    id bigint NOT NULL,
    version bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    last_job bigint,
    f_uuid text COLLATE pg_catalog."C",
    f_custom jsonb,
    f_name text COLLATE pg_catalog."C",
    "f_siteUrl" text COLLATE pg_catalog."C",
    "f_logoUrl" text COLLATE pg_catalog."C",
    f_status text COLLATE pg_catalog."C",
    f_active boolean,
    "f_inceptionDate" text COLLATE pg_catalog."C",
    "f_terminatedDate" text COLLATE pg_catalog."C",
    f_street text COLLATE pg_catalog."C",
    f_city text COLLATE pg_catalog."C",
    f_state text COLLATE pg_catalog."C",
    f_zip text COLLATE pg_catalog."C",
    f_country text COLLATE pg_catalog."C",
    f_region jsonb,
    f_timezone text COLLATE pg_catalog."C",
    "f_externalId" text COLLATE pg_catalog."C",
    "f_salesforceAccountId" text COLLATE pg_catalog."C",
    "f_zendeskId" text COLLATE pg_catalog."C",
    "f_freshdeskId" text COLLATE pg_catalog."C",
    "f_usageId" text COLLATE pg_catalog."C",
    "f_stripeId" text COLLATE pg_catalog."C",
    "f_externalStatusId" text COLLATE pg_catalog."C",
    "f_npsScore" bigint,
    f_note text COLLATE pg_catalog."C",
    "f_createdByEmployeeId" bigint,
    "f_modifiedByEmployeeId" bigint,
    "f_managedByEmployeeId" bigint,
    "f_assignedSalesRepId" bigint,
    "f_assignedSalesRep" text COLLATE pg_catalog."C",
    "f_clientTypeId" bigint,
    "f_clientTypeTitle" text COLLATE pg_catalog."C",
    "f_successCycleId" bigint,
    "f_primaryContactId" bigint,
    "f_parentClientId" bigint,
    "f_accTeamingRoles" jsonb,
    "f_successScore" double precision,
    "f_activeClientSuccessCycleId" bigint,
    "f_clientType" jsonb,
    "f_managedByEmployee" jsonb,
    "f_createdByEmployee" jsonb,
    "f_modifiedByEmployee" jsonb,
    "f_assignedSalesRepAssociation" jsonb,
    "f_primaryContact" jsonb,
    "f_parentClient" jsonb,
    f_currency text COLLATE pg_catalog."C",
    f_segment bigint,
    "f_clientSegmentId" bigint,
    f_address text COLLATE pg_catalog."C",
    "f_noteAsText" text COLLATE pg_catalog."C",
    "f_externalSystems" jsonb
);
CREATE TABLE public.c_desk (
    rid bigint NOT NULL,
    workspace bigint NOT NULL,
    id bigint NOT NULL,
    version bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    last_job bigint,
    "f_firstName" text COLLATE pg_catalog."C",
    "f_lastName" text COLLATE pg_catalog."C",
    f_email text COLLATE pg_catalog."C",
    f_organization text COLLATE pg_catalog."C",
    f_company jsonb,
    f_contacts jsonb,
    f_customerwelcomeemails jsonb,
    "f_addMethod" text COLLATE pg_catalog."C",
    "f_verifiedEmail" boolean,
    f_permission text COLLATE pg_catalog."C",
    "f_linkedinURL" text COLLATE pg_catalog."C",
    "f_facebookURL" text COLLATE pg_catalog."C",
    "f_twitterHandle" text COLLATE pg_catalog."C",
    "f_jobTitle" text COLLATE pg_catalog."C",
    f_phone text COLLATE pg_catalog."C",
    f_mobile text COLLATE pg_catalog."C",
    f_address text COLLATE pg_catalog."C",
    "f_externalId" text COLLATE pg_catalog."C",
    "f_avatarURL" text COLLATE pg_catalog."C",
    "f_extraData" text COLLATE pg_catalog."C",
    f_notes text COLLATE pg_catalog."C",
    "f_numTickets" bigint,
    f_password text COLLATE pg_catalog."C",
    f_trusted boolean,
    "f_welcomeEmailSent" boolean,
    f_state text COLLATE pg_catalog."C",
    "f_deletedAt" bigint,
    "f_createdBy" jsonb,
    "f_updatedBy" jsonb,
    "f_deletedBy" jsonb,
    f_pmperson jsonb
);
CREATE TABLE public.c_mythic (
    rid bigint NOT NULL,
    workspace bigint NOT NULL,
    id text NOT NULL COLLATE pg_catalog."C",
    version bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    last_job bigint,
    f_name text COLLATE pg_catalog."C",
    f_status boolean,
    f_domain text COLLATE pg_catalog."C",
    f_email text COLLATE pg_catalog."C",
    f_phone text COLLATE pg_catalog."C",
    f_website text COLLATE pg_catalog."C",
    f_timezone text COLLATE pg_catalog."C",
    f_global_name text COLLATE pg_catalog."C",
    f_company_id text COLLATE pg_catalog."C",
    f_agency_id text COLLATE pg_catalog."C",
    f_api_metadata jsonb,
    f_ghl_location_id text COLLATE pg_catalog."C",
    f_proxy_api_key text COLLATE pg_catalog."C",
    f_publishable_key text COLLATE pg_catalog."C",
    f_secret_key text COLLATE pg_catalog."C"
);
CREATE TABLE public.c_plane (
    rid bigint NOT NULL,
    workspace bigint NOT NULL,
    id text NOT NULL COLLATE pg_catalog."C",
    version bigint NOT NULL,
    created_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    last_job bigint,
    f_name text COLLATE pg_catalog."C",
    f_description jsonb,
    f_description_html text COLLATE pg_catalog."C",
    f_description_stripped text COLLATE pg_catalog."C",
    f_description_binary text COLLATE pg_catalog."C",
    f_email text COLLATE pg_catalog."C",
    f_website_url text COLLATE pg_catalog."C",
    f_logo_props jsonb,
    f_logo_url text COLLATE pg_catalog."C",
    f_domain text COLLATE pg_catalog."C",
    f_employees bigint,
    f_stage text COLLATE pg_catalog."C",
    f_contract_status text COLLATE pg_catalog."C",
    f_revenue text COLLATE pg_catalog."C",
    f_archived_at bigint,
    f_created_by text COLLATE pg_catalog."C",
    f_updated_by text COLLATE pg_catalog."C",
    f_logo_asset text COLLATE pg_catalog."C",
    f_external_source text COLLATE pg_catalog."C",
    f_external_id text COLLATE pg_catalog."C",
    f_workspace text COLLATE pg_catalog."C",
    f_customer_request_count bigint,
    f_deleted_at bigint
);
CREATE TABLE public.changes (
    workspace bigint NOT NULL,
    job bigint NOT NULL,
    first_rid bigint NOT NULL,
    last_rid bigint NOT NULL,
    at bigint NOT NULL,
    updated bytea,
    unchanged bytea,
    former bytea,
    written bytea,
    refused text
);
CREATE TABLE public.departed (
    workspace bigint NOT NULL,
    model text NOT NULL,
    rid bigint NOT NULL,
    id text NOT NULL,
    deleted_at bigint NOT NULL
);
CREATE TABLE public.field_options (
    workspace bigint NOT NULL,
    model text NOT NULL,
    field text NOT NULL,
    value text NOT NULL COLLATE pg_catalog."C",
    added_at bigint NOT NULL
);
CREATE TABLE public.goose_db_version (
    id integer NOT NULL,
    version_id bigint NOT NULL,
    is_applied boolean NOT NULL,
    tstamp timestamp without time zone DEFAULT now() NOT NULL
);
ALTER TABLE public.goose_db_version ALTER COLUMN id ADD GENERATED BY DEFAULT AS IDENTITY (
    SEQUENCE NAME public.goose_db_version_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.idempotency (
    workspace bigint NOT NULL,
    key text NOT NULL,
    fingerprint text NOT NULL,
    job bigint NOT NULL
);
CREATE TABLE public.jobs (
    num bigint NOT NULL,
    workspace bigint NOT NULL,
    id text NOT NULL,
    kind text NOT NULL,
    model text NOT NULL,
    digest text NOT NULL,
    state text NOT NULL,
    revision bigint DEFAULT 1 NOT NULL,
    created_at bigint NOT NULL,
    created_by text NOT NULL,
    started_at bigint,
    finished_at bigint,
    filter text,
    patch text,
    change text NOT NULL,
    options text NOT NULL,
    expected text NOT NULL,
    if_match bigint,
    origin bigint,
    source bigint,
    confirms text DEFAULT ''::text NOT NULL,
    preview text,
    values_kept bigint DEFAULT 1 NOT NULL,
    left_at bigint,
    record_id text,
    rid bigint,
    matched bigint,
    updated bigint DEFAULT 0 NOT NULL,
    unchanged bigint DEFAULT 0 NOT NULL,
    skipped bigint DEFAULT 0 NOT NULL,
    conflicted bigint DEFAULT 0 NOT NULL,
    failed bigint DEFAULT 0 NOT NULL,
    summary text DEFAULT '[]'::text NOT NULL,
    throttle double precision,
    resumed bigint DEFAULT 0 NOT NULL,
    error_code text,
    error_detail text
);
ALTER TABLE public.jobs ALTER COLUMN num ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.jobs_num_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.models (
    name text NOT NULL,
    digest text NOT NULL,
    columns text NOT NULL
);
CREATE TABLE public.outbox (
    place bigint NOT NULL,
    workspace bigint NOT NULL,
    job bigint NOT NULL,
    shard bigint NOT NULL,
    single bigint NOT NULL,
    epoch bigint NOT NULL,
    seq bigint NOT NULL,
    wait bigint NOT NULL,
    reason text
);
ALTER TABLE public.outbox ALTER COLUMN place ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.outbox_place_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE public.selection (
    workspace bigint NOT NULL,
    job bigint NOT NULL,
    "window" bigint NOT NULL,
    numbers bytea NOT NULL
);
CREATE TABLE public.sequences (
    workspace bigint NOT NULL,
    model text NOT NULL,
    field text NOT NULL,
    next bigint NOT NULL
);
CREATE TABLE public.settings (
    name text NOT NULL,
    value bytea NOT NULL
);
CREATE TABLE public.shards (
    workspace bigint NOT NULL,
    job bigint NOT NULL,
    no bigint NOT NULL,
    open bigint NOT NULL,
    epoch bigint DEFAULT 0 NOT NULL,
    held bigint DEFAULT 0 NOT NULL,
    beat bigint DEFAULT 0 NOT NULL,
    beat_at bigint,
    resumes bigint DEFAULT 0 NOT NULL,
    revision bigint DEFAULT 0 NOT NULL,
    first_rid bigint DEFAULT 0 NOT NULL,
    before_rid bigint DEFAULT 0 NOT NULL,
    next_rid bigint DEFAULT 0 NOT NULL,
    updated bigint DEFAULT 0 NOT NULL,
    unchanged bigint DEFAULT 0 NOT NULL,
    skipped bigint DEFAULT 0 NOT NULL,
    conflicted bigint DEFAULT 0 NOT NULL,
    failed bigint DEFAULT 0 NOT NULL,
    summary text DEFAULT '[]'::text NOT NULL,
    chunk_at bigint,
    rate double precision DEFAULT 0 NOT NULL,
    wait_reason text
)
WITH (fillfactor='50');
CREATE TABLE public.workspaces (
    id bigint NOT NULL,
    name text NOT NULL,
    created_at bigint NOT NULL
);
ALTER TABLE public.workspaces ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME public.workspaces_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
INSERT INTO public.api_keys OVERRIDING SYSTEM VALUE VALUES (1, 1, 'admin', '94c25e44a610891d5805cda92f1c3303bf8a04f244af46b5542698a45c3d88a9', 'bp_the', 'admin', 1795302115589706, NULL);
INSERT INTO public.blocks VALUES (1, 'desk', 0, 60);
INSERT INTO public.c_desk VALUES (35, 1, 36, 2, 1486057515000000, 1795302116033322, 1, 'Ștefan', 'Dvořák', 'ștefan.dvořák.36@example.org', 'Café São Jorge', '{"id": 3274, "type": "companies"}', NULL, NULL, 'manual', true, NULL, NULL, NULL, NULL, 'Lead', '+49 939666598', NULL, 'Storgatan 125, İzmir', 'crm-10', NULL, NULL, NULL, 36, NULL, true, true, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (36, 1, 37, 2, 1369762735000000, 1795302116033322, 1, 'Cathy', 'Ramos', 'cathy.ramos.37@example.com', 'Kyruus', '{"id": 4868, "type": "companies"}', NULL, NULL, 'automatic', true, NULL, NULL, NULL, '@c11', 'Lead', '+1 617360265', NULL, 'Underpass 83, Stockton', 'crm-11', NULL, NULL, NULL, 32, NULL, false, false, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (37, 1, 38, 2, 1495986344000000, 1795302116033322, 1, 'Zoë', 'Ionescu-Șerban', 'lukasz.dvorak.38@example.org', 'Hôtel de l’Étoile', '{"id": 3162, "type": "companies"}', NULL, NULL, 'automatic', true, NULL, NULL, NULL, NULL, 'Lead', '+49 811698610', NULL, 'rue de l’Église 116, São Paulo', 'crm-12', NULL, NULL, NULL, 30, NULL, false, true, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (38, 1, 39, 2, 1722951608000000, 1795302116033322, 1, 'Björk', 'O’Súilleabháin', 'björk.osúilleabháin.39@example.org', 'Łódź Tekstylia', '{"id": 940, "type": "companies"}', NULL, NULL, 'manual', true, NULL, NULL, NULL, NULL, 'Lead', '+49 369444482', NULL, 'rue de l’Église 60, Đà Nẵng', 'crm-13', NULL, NULL, 'Try to sign the PNG matrix, maybe it will decrypt the mobile capacitor!', 28, NULL, true, false, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (39, 1, 40, 2, 1390068252000000, 1795302116033322, 1, 'Freddy', 'Daniels', 'freddy.daniels.40@example.com', 'Rand McNally', NULL, NULL, NULL, 'manual', false, NULL, NULL, NULL, NULL, 'Lead', '+1 157932110', NULL, 'Fields 67, Omaha', 'crm-14', NULL, NULL, NULL, 39, NULL, false, true, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (40, 1, 41, 2, 1468078643000000, 1795302116033322, 1, 'अनन्या', 'सिंह', 'priya.patel.41@उदाहरण.परीक्षा', 'हिमालय चाय', '{"id": 1530, "type": "companies"}', NULL, NULL, 'automatic', true, NULL, NULL, NULL, NULL, 'Lead', '+91 457526639', NULL, 'स्टेशन रोड 92, नई दिल्ली', 'crm-15', NULL, NULL, NULL, 2, NULL, false, true, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (41, 1, 42, 2, 1455375560000000, 1795302116033322, 1, 'Penelope', 'Willis', 'penelope.willis.42@example.com', 'Personal, Inc.', '{"id": 37, "type": "companies"}', NULL, NULL, 'manual', true, NULL, NULL, NULL, NULL, 'Lead', '+1 280379600', NULL, 'Square 128, Corpus Christi', 'crm-16', NULL, NULL, NULL, 21, NULL, false, false, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (42, 1, 43, 2, 1666897621000000, 1795302116033322, 1, 'Ignacio', 'Jackson', 'ignacio.jackson.43@example.com', 'TransparaGov', '{"id": 27, "type": "companies"}', NULL, NULL, 'manual', true, NULL, NULL, NULL, NULL, 'Lead', '+1 455922505', NULL, 'Light 85, Detroit', 'crm-17', NULL, NULL, NULL, 7, NULL, false, false, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (43, 1, 44, 2, 1392675904000000, 1795302116033322, 1, 'ليلى', 'الخطيب', 'ليلى.الخطيب.44@مثال.إختبار', 'مؤسسة البحر الأحمر', '{"id": 225, "type": "companies"}', NULL, NULL, 'automatic', true, NULL, NULL, NULL, NULL, 'Lead', '+20 572851023', NULL, 'شارع محمد الخامس 145, عمّان', 'crm-18', NULL, NULL, NULL, 15, NULL, false, false, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (44, 1, 45, 2, 1663141431000000, 1795302116033322, 1, '思远', '李', '思远.李.45@例子.测试', '台灣好茶', '{"id": 3138, "type": "companies"}', NULL, NULL, 'automatic', true, NULL, NULL, NULL, NULL, 'Lead', '+86 695553734', NULL, '忠孝東路 69, 上海市', 'crm-19', NULL, NULL, NULL, 17, NULL, false, false, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (45, 1, 46, 2, 1636893010000000, 1795302116033322, 1, 'ज्ञानेश', 'देशपांडे', 'ज्ञानेश.देशपांडे.46@उदाहरण.परीक्षा', 'नमस्ते टेक', '{"id": 1022, "type": "companies"}', NULL, NULL, 'automatic', true, NULL, NULL, NULL, '@c1a', 'Lead', '+91 705204544', NULL, 'महात्मा गांधी मार्ग 137, काठमांडू', 'crm-1a', NULL, NULL, NULL, 12, NULL, false, true, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (46, 1, 47, 2, 1504981434000000, 1795302116033322, 1, 'Hilda', 'Yates', 'hilda.yates.47@example.com', 'GovTribe', '{"id": 199, "type": "companies"}', NULL, NULL, 'automatic', true, NULL, NULL, NULL, NULL, 'Lead', '+1 769553642', NULL, 'Hollow 29, Raleigh', 'crm-1b', NULL, NULL, NULL, 11, NULL, false, false, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (47, 1, 48, 2, 1700310443000000, 1795302116033322, 1, 'Inês', 'Żuławski', 'zoe.lefevre.48@example.org', 'Örebro Möbler', '{"id": 4940, "type": "companies"}', NULL, NULL, 'manual', false, NULL, NULL, NULL, NULL, 'Lead', '+49 936261067', NULL, 'Storgatan 40, Tromsø', 'crm-1c', NULL, NULL, NULL, 11, NULL, true, true, 'deleted', 1709349671000000, NULL, NULL, '{"id": 1, "type": "users"}', NULL);
INSERT INTO public.c_desk VALUES (48, 1, 49, 2, 1474578688000000, 1795302116033322, 1, 'Ida', 'Campbell', 'ida.campbell.49@example.com', 'CAN Capital', '{"id": 4939, "type": "companies"}', NULL, NULL, 'manual', true, NULL, NULL, NULL, NULL, 'Lead', '+1 315274981', NULL, 'Cape 2, Corpus Christi', 'crm-1d', NULL, NULL, 'If we verify the protocol, we can get to the THX monitor through the haptic ADP interface!', 14, NULL, false, true, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (49, 1, 50, 2, 1400282686000000, 1795302116033322, 1, 'Casper', 'Maxwell', 'casper.maxwell.50@example.com', 'Revelstone', '{"id": 3272, "type": "companies"}', NULL, NULL, 'manual', true, NULL, NULL, NULL, NULL, 'Lead', '+1 174323565', NULL, 'Pike 109, North Las Vegas', 'crm-1e', NULL, NULL, NULL, 10, NULL, false, false, 'deleted', 1411734684000000, NULL, NULL, '{"id": 1, "type": "users"}', NULL);
INSERT INTO public.c_desk VALUES (50, 1, 51, 2, 1749198744000000, 1795302116033322, 1, 'Lee', 'Anderson', 'lee.anderson.51@example.com', 'Socrata', '{"id": 4052, "type": "companies"}', NULL, NULL, 'manual', false, NULL, NULL, NULL, NULL, 'Lead', '+1 739467354', NULL, 'Corners 131, El Paso', 'crm-1f', NULL, NULL, NULL, 20, NULL, false, true, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (0, 1, 1, 4, 1378995968000000, 1795302116137057, 3, 'Alexis', 'Hills', 'alexis.hills.1@example.com', 'Telenav', '{"id": 207, "type": "companies"}', NULL, NULL, 'manual', true, NULL, NULL, NULL, '@c1', 'Lead', '+1 504445489', NULL, 'Pine 45, Irving', 'crm-1', NULL, 'seen', 'kept', 37, NULL, false, true, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (51, 1, 52, 2, 1590306973000000, 1795302116033322, 1, 'Drew', 'Strong', 'drew.strong.52@example.com', 'Zoner', '{"id": 4566, "type": "companies"}', NULL, NULL, 'manual', true, NULL, NULL, NULL, NULL, 'Lead', '+1 627412081', NULL, 'Freeway 128, Fresno', 'crm-1g', NULL, NULL, 'Try to construct the COM monitor, maybe it will bundle the back-end protocol!', 38, NULL, true, false, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (52, 1, 53, 2, 1602050269000000, 1795302116033322, 1, '志明', '欧阳', '志明.欧阳.53@例子.测试', '一二三书店', '{"id": 4616, "type": "companies"}', NULL, NULL, 'automatic', true, NULL, NULL, NULL, NULL, 'Lead', '+86 241672604', NULL, '彌敦道 8, 成都市', 'crm-1h', NULL, NULL, NULL, 1, NULL, false, true, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (53, 1, 54, 2, 1727032352000000, 1795302116033322, 1, 'ひろし', '鈴木', 'ひろし.鈴木.54@例え.テスト', 'みどり銀行', '{"id": 2975, "type": "companies"}', NULL, NULL, 'manual', true, NULL, NULL, NULL, NULL, 'Lead', '+81 423978959', NULL, '銀座四丁目 224, 東京都', 'crm-1i', NULL, NULL, NULL, 32, NULL, true, false, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (54, 1, 55, 2, 1527209175000000, 1795302116033322, 1, 'Jürgen', 'Gonçalves', 'jürgen.gonçalves.55@example.org', 'Café São Jorge', '{"id": 548, "type": "companies"}', NULL, NULL, 'manual', true, NULL, NULL, NULL, NULL, 'Lead', '+49 902290291', NULL, 'Bağdat Caddesi 124, Zürich', 'crm-1j', NULL, NULL, NULL, 29, NULL, true, true, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (55, 1, 56, 2, 1367478804000000, 1795302116033322, 1, 'נועה', 'כהן', 'נועה.כהן.56@דוגמה.טעסט', 'גלים בע״מ', '{"id": 2333, "type": "companies"}', NULL, NULL, 'manual', true, NULL, NULL, NULL, '@c1k', 'Lead', '+972 735175910', NULL, 'רחוב הרצל 112, חיפה', 'crm-1k', NULL, NULL, NULL, 39, NULL, false, false, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (56, 1, 57, 2, 1407269295000000, 1795302116033322, 1, 'Frances', 'Jimenez', 'frances.jimenez.57@example.com', 'Adaptive', '{"id": 4577, "type": "companies"}', NULL, NULL, 'manual', true, NULL, NULL, NULL, NULL, 'Lead', '+1 903931489', NULL, 'Views 154, Albuquerque', 'crm-1l', NULL, NULL, 'If we navigate the panel, we can get to the XML application through the multi-byte IB transmitter!', 1, NULL, false, false, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (57, 1, 58, 2, 1744433224000000, 1795302116033322, 1, '思远', '王', '思远.王.58@例子.测试', '蓝天科技', '{"id": 2929, "type": "companies"}', NULL, NULL, 'manual', false, NULL, NULL, NULL, NULL, 'Lead', '+86 860774061', NULL, '彌敦道 83, 香港', 'crm-1m', NULL, NULL, NULL, 37, NULL, true, false, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (58, 1, 59, 2, 1584096285000000, 1795302116033322, 1, 'Siân', 'D’Évora', 'jose.munoz.59@example.org', 'Hôtel de l’Étoile', '{"id": 1037, "type": "companies"}', NULL, NULL, 'automatic', true, NULL, NULL, NULL, NULL, 'Lead', '+49 776199667', NULL, 'rue de l’Église 134, Malmö', 'crm-1n', NULL, NULL, NULL, 4, NULL, true, true, 'deleted', 1587938876000000, NULL, NULL, '{"id": 1, "type": "users"}', NULL);
INSERT INTO public.c_desk VALUES (59, 1, 60, 2, 1651451552000000, 1795302116033322, 1, 'Grace', 'Wise', 'grace.wise.60@example.com', 'Think Computer Corporation', '{"id": 1787, "type": "companies"}', NULL, NULL, 'automatic', true, NULL, NULL, NULL, NULL, 'Lead', '+1 213439959', NULL, 'Ridge 199, Detroit', 'crm-1o', NULL, NULL, 'If we synthesize the system, we can get to the GB pixel through the auxiliary PCI feed!', 6, NULL, true, true, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (10, 1, 11, 2, 1517749162000000, 1795302116033322, 1, 'Ștefan', 'Østergård', 'ștefan.østergård.11@example.org', 'Hôtel de l’Étoile', NULL, NULL, NULL, 'manual', true, NULL, NULL, NULL, NULL, 'Lead', '+49 606413053', NULL, 'Rua da Conceição 169, Đà Nẵng', 'crm-b', NULL, NULL, NULL, 16, NULL, false, true, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (11, 1, 12, 2, 1425063686000000, 1795302116033322, 1, 'Blaise', 'Friesen', 'blaise.friesen.12@example.com', 'Child Care Desk', '{"id": 3769, "type": "companies"}', NULL, NULL, 'automatic', true, NULL, NULL, NULL, NULL, 'Lead', '+1 471250371', NULL, 'Divide 214, Detroit', 'crm-c', NULL, NULL, 'I''ll format the virtual AGP bus, that should override the FTP array!', 11, NULL, false, true, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (12, 1, 13, 2, 1602545766000000, 1795302116033322, 1, 'Богдан', 'Јовановић', 'богдан.јовановић.13@пример.испытание', 'Рудник Плюс', '{"id": 198, "type": "companies"}', NULL, NULL, 'manual', false, NULL, NULL, NULL, NULL, 'Lead', '+380 842963428', NULL, 'вулиця Шевченка 100, Алматы', 'crm-d', NULL, NULL, NULL, 15, NULL, false, true, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (13, 1, 14, 2, 1546244833000000, 1795302116033322, 1, 'דוד', 'בן־דוד', 'דוד.בןדוד.14@דוגמה.טעסט', 'תפוז ירוק', '{"id": 3895, "type": "companies"}', NULL, NULL, 'automatic', true, NULL, NULL, NULL, NULL, 'Lead', '+972 983128213', NULL, 'שדרות רוטשילד 126, חיפה', 'crm-e', NULL, NULL, 'Try to decrypt the SMS interface, maybe it will decrypt the wireless sensor!', 16, NULL, false, false, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (14, 1, 15, 2, 1604306192000000, 1795302116033322, 1, '思远', '李', '思远.李.15@例子.测试', '台灣好茶', NULL, NULL, NULL, 'automatic', false, NULL, NULL, NULL, NULL, 'Lead', '+86 199185792', NULL, '人民中路 63, 香港', 'crm-f', NULL, NULL, NULL, 35, NULL, true, true, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (15, 1, 16, 2, 1611374024000000, 1795302116033322, 1, 'François', 'Dvořák', 'françois.dvořák.16@example.org', 'Brüder Grünwald GmbH', NULL, NULL, NULL, 'manual', true, NULL, NULL, NULL, NULL, 'Lead', '+49 584504300', NULL, 'Rua da Conceição 238, Kraków', 'crm-g', NULL, NULL, NULL, 38, NULL, false, true, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (16, 1, 17, 2, 1650029844000000, 1795302116033322, 1, 'Lucas', 'Maxwell', 'lucas.maxwell.17@example.com', 'Navico', '{"id": 4875, "type": "companies"}', NULL, NULL, 'manual', true, NULL, NULL, NULL, NULL, 'Lead', '+1 285462360', NULL, 'Pines 127, San Francisco', 'crm-h', NULL, NULL, NULL, 10, NULL, false, false, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (17, 1, 18, 2, 1647362581000000, 1795302116033322, 1, 'Νίκος', 'Αγγελόπουλος', 'νίκος.αγγελόπουλος.18@παράδειγμα.δοκιμή', 'Αφοί Παππά Α.Ε.', '{"id": 648, "type": "companies"}', NULL, NULL, 'manual', false, NULL, NULL, NULL, NULL, 'Lead', '+30 232419097', NULL, 'Οδός Ερμού 88, Αθήνα', 'crm-i', NULL, NULL, NULL, 39, NULL, false, false, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (18, 1, 19, 2, 1585305491000000, 1795302116033322, 1, 'Αθηνά', 'Βλαχάκη', 'e.papadopoulou.19@παράδειγμα.δοκιμή', 'Ελιές Καλαμάτας', NULL, NULL, NULL, 'automatic', true, NULL, NULL, NULL, NULL, 'Lead', '+30 377851446', NULL, 'Λεωφόρος Συγγρού 11, Θεσσαλονίκη', 'crm-j', NULL, NULL, NULL, 31, NULL, false, true, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (19, 1, 20, 2, 1641231183000000, 1795302116033322, 1, 'Inês', 'Gonçalves', 'inês.gonçalves.20@example.org', 'Société Générale d’Épicerie', '{"id": 4568, "type": "companies"}', NULL, NULL, 'manual', false, NULL, NULL, NULL, '@ck', 'Lead', '+49 475145894', NULL, 'ulica Łąkowa 109, Kraków', 'crm-k', NULL, NULL, NULL, 10, NULL, false, false, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (20, 1, 21, 2, 1695589023000000, 1795302116033322, 1, 'Emilio', 'Tillman', 'emilio.tillman.21@example.com', 'Legal Science Partners', NULL, NULL, NULL, 'manual', true, NULL, NULL, NULL, NULL, 'Lead', '+1 212811425', NULL, 'Stream 28, St. Louis', 'crm-l', NULL, NULL, NULL, 1, NULL, false, false, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (21, 1, 22, 2, 1532445015000000, 1795302116033322, 1, 'Богдан', 'Ґудзь', 'богдан.ґудзь.22@пример.испытание', 'Рудник Плюс', '{"id": 4117, "type": "companies"}', NULL, NULL, 'automatic', false, NULL, NULL, NULL, NULL, 'Lead', '+380 317565185', NULL, 'бул. Витоша 221, София', 'crm-m', NULL, NULL, NULL, 2, NULL, false, false, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (22, 1, 23, 2, 1487676204000000, 1795302116033322, 1, 'Chloé', 'Trần', 'chloé.trần.23@example.org', 'Société Générale d’Épicerie', '{"id": 3319, "type": "companies"}', NULL, NULL, 'automatic', true, NULL, NULL, NULL, '@cn', 'Lead', '+49 731865290', NULL, 'Bağdat Caddesi 3, Đà Nẵng', 'crm-n', NULL, NULL, NULL, 29, NULL, false, true, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (23, 1, 24, 2, 1400178884000000, 1795302116033322, 1, 'François', 'Muñoz', 'françois.muñoz.24@example.org', 'Ærø Rederi', '{"id": 3774, "type": "companies"}', NULL, NULL, 'manual', true, NULL, NULL, NULL, NULL, 'Lead', '+49 871609814', NULL, 'Bağdat Caddesi 176, São Paulo', 'crm-o', NULL, NULL, NULL, 14, NULL, false, true, 'deleted', 1411567807000000, NULL, NULL, '{"id": 1, "type": "users"}', NULL);
INSERT INTO public.c_desk VALUES (24, 1, 25, 2, 1568692194000000, 1795302116033322, 1, '도윤', '최', '도윤.최.25@실례.테스트', '㈜별빛소프트', NULL, NULL, NULL, 'automatic', true, NULL, NULL, NULL, NULL, 'Lead', '+82 615274655', NULL, '테헤란로 148, 부산광역시', 'crm-p', NULL, NULL, NULL, 12, NULL, false, false, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (25, 1, 26, 2, 1471534378000000, 1795302116033322, 1, 'Siân', 'Škoda', 'siân.škoda.26@example.org', 'Örebro Möbler', '{"id": 4899, "type": "companies"}', NULL, NULL, 'manual', true, NULL, NULL, NULL, NULL, 'Lead', '+49 197896162', NULL, 'ulica Łąkowa 130, Québec', 'crm-q', NULL, NULL, NULL, 21, NULL, false, true, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (26, 1, 27, 2, 1517262985000000, 1795302116033322, 1, 'Patricia', 'Washington', 'patricia.washington.27@example.com', 'Sophic Systems Alliance', '{"id": 2227, "type": "companies"}', NULL, NULL, 'automatic', true, NULL, NULL, NULL, '@cr', 'Lead', '+1 881448864', NULL, 'Overpass 10, San Antonio', 'crm-r', NULL, NULL, NULL, 23, NULL, true, false, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (27, 1, 28, 2, 1660807401000000, 1795302116033322, 1, 'Þóra', 'Müller', 'þóra.müller.28@example.org', 'Łódź Tekstylia', '{"id": 2879, "type": "companies"}', NULL, NULL, 'automatic', true, NULL, NULL, NULL, NULL, 'Lead', '+49 252630936', NULL, 'Bağdat Caddesi 29, Đà Nẵng', 'crm-s', NULL, NULL, NULL, 5, NULL, false, true, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (28, 1, 29, 2, 1345225236000000, 1795302116033322, 1, 'Celestine', 'Ellis', 'celestine.ellis.29@example.com', 'KLD Research', NULL, NULL, NULL, 'automatic', false, NULL, NULL, NULL, NULL, 'Lead', '+1 458489135', NULL, 'Way 137, Mesa', 'crm-t', NULL, NULL, NULL, 4, NULL, false, false, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (29, 1, 30, 2, 1671082361000000, 1795302116033322, 1, 'Emmie', 'Jenkins', 'emmie.jenkins.30@example.com', 'STILLWATER SUPERCOMPUTING INC', NULL, NULL, NULL, 'manual', true, NULL, NULL, NULL, '@cu', 'Lead', '+1 533823888', NULL, 'Walk 48, Nashville-Davidson', 'crm-u', NULL, NULL, NULL, 9, NULL, true, false, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (30, 1, 31, 2, 1488684235000000, 1795302116033322, 1, 'יונתן', 'אבוטבול', 'יונתן.אבוטבול.31@דוגמה.טעסט', 'גלים בע״מ', '{"id": 4945, "type": "companies"}', NULL, NULL, 'manual', true, NULL, NULL, NULL, '@cv', 'Lead', '+972 946142565', NULL, 'שדרות רוטשילד 207, ירושלים', 'crm-v', NULL, NULL, NULL, 1, NULL, true, true, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (31, 1, 32, 2, 1378628694000000, 1795302116033322, 1, 'ユキ', '佐藤', 'sakura.sato.32@例え.テスト', '株式会社さくら堂', '{"id": 870, "type": "companies"}', NULL, NULL, 'automatic', true, NULL, NULL, NULL, NULL, 'Lead', '+81 960938994', NULL, '千代田1丁目 51, さいたま市', 'crm-w', NULL, NULL, NULL, 7, NULL, false, true, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (32, 1, 33, 2, 1524721735000000, 1795302116033322, 1, 'Brad', 'Feeney', 'brad.feeney.33@example.com', 'Personal Democracy Media', '{"id": 3172, "type": "companies"}', NULL, NULL, 'manual', true, NULL, NULL, NULL, '@cx', 'Lead', '+1 656147006', NULL, 'Throughway 200, San Francisco', 'crm-x', NULL, NULL, NULL, 18, NULL, true, false, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (33, 1, 34, 2, 1475517030000000, 1795302116033322, 1, 'François', 'Müller', 'françois.müller.34@example.org', 'Örebro Möbler', NULL, NULL, NULL, 'manual', true, NULL, NULL, NULL, '@cy', 'Lead', '+49 145893627', NULL, 'Königsallee 111, Québec', 'crm-y', NULL, NULL, NULL, 12, NULL, false, false, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (34, 1, 35, 2, 1744111293000000, 1795302116033322, 1, 'Brennan', 'Li', 'brennan.li.35@example.com', 'Garmin', '{"id": 3516, "type": "companies"}', NULL, NULL, 'manual', false, NULL, NULL, NULL, NULL, 'Lead', '+1 301906408', NULL, 'Grove 212, Nashville-Davidson', 'crm-z', NULL, NULL, NULL, 2, NULL, true, true, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (4, 1, 5, 4, 1428451605000000, 1795302116137057, 3, 'Ágnes', 'Peña', 'ágnes.peña.5@example.org', 'Ærø Rederi', NULL, NULL, NULL, 'manual', true, NULL, NULL, NULL, NULL, 'Lead', '+49 593444985', NULL, 'Storgatan 178, İzmir', 'crm-5', NULL, 'seen', 'kept', 4, NULL, false, false, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (1, 1, 2, 4, 1651300836000000, 1795302116137057, 3, 'יונתן', 'מזרחי', 'יונתן.מזרחי.2@דוגמה.טעסט', 'מאפיית השקד', '{"id": 1652, "type": "companies"}', NULL, NULL, 'manual', false, NULL, NULL, NULL, NULL, 'Lead', '+972 676437435', NULL, 'שדרות רוטשילד 6, חיפה', 'crm-2', NULL, 'seen', 'kept', 28, NULL, false, false, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (2, 1, 3, 4, 1724240720000000, 1795302116137057, 3, 'Fatima', 'King', 'fatima.king.3@example.com', 'Investormill', NULL, NULL, NULL, 'automatic', true, NULL, NULL, NULL, NULL, 'Lead', '+1 106692234', NULL, 'Villages 228, Corpus Christi', 'crm-3', NULL, 'seen', 'kept', 15, NULL, true, true, 'deleted', 1738810941000000, NULL, NULL, '{"id": 1, "type": "users"}', NULL);
INSERT INTO public.c_desk VALUES (3, 1, 4, 4, 1455233051000000, 1795302116137057, 3, 'יונתן', 'כהן', 'יונתן.כהן.4@דוגמה.טעסט', 'גלים בע״מ', '{"id": 4718, "type": "companies"}', NULL, NULL, 'manual', true, NULL, NULL, NULL, NULL, 'Lead', '+972 902592099', NULL, 'שדרות רוטשילד 199, באר שבע', 'crm-4', NULL, 'seen', 'kept', 26, NULL, true, false, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (5, 1, 6, 4, 1455025045000000, 1795302116137057, 3, 'Ida', 'Vincent', 'ida.vincent.6@example.com', 'Civic Impulse LLC', '{"id": 4286, "type": "companies"}', NULL, NULL, 'manual', true, NULL, NULL, NULL, NULL, 'Lead', '+1 748629096', NULL, 'Wall 143, Aurora', 'crm-6', NULL, 'seen', 'kept', 6, NULL, false, false, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (6, 1, 7, 4, 1764002582000000, 1795302116137057, 3, 'Дмитрий', 'Ковальчук', 'a.ivanova.7@пример.испытание', 'Северный Мост', '{"id": 2798, "type": "companies"}', NULL, NULL, 'automatic', false, NULL, NULL, NULL, '@c7', 'Lead', '+380 283170731', NULL, 'бул. Витоша 78, София', 'crm-7', NULL, 'seen', 'kept', 24, NULL, false, true, 'deleted', 1780835920000000, NULL, NULL, '{"id": 1, "type": "users"}', NULL);
INSERT INTO public.c_desk VALUES (7, 1, 8, 4, 1373610424000000, 1795302116137057, 3, 'Μαρία', 'Αγγελόπουλος', 'μαρία.αγγελόπουλος.8@παράδειγμα.δοκιμή', 'Αφοί Παππά Α.Ε.', '{"id": 4524, "type": "companies"}', NULL, NULL, 'automatic', false, NULL, NULL, NULL, NULL, 'Lead', '+30 261369498', NULL, 'Οδός Ερμού 61, Λευκωσία', 'crm-8', NULL, 'seen', 'kept', 12, NULL, false, false, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (8, 1, 9, 4, 1764383629000000, 1795302116137057, 3, 'マリア', 'スミス', 'マリア.スミス.9@例え.テスト', 'みどり銀行', '{"id": 4688, "type": "companies"}', NULL, NULL, 'automatic', false, NULL, NULL, NULL, NULL, 'Lead', '+81 614115262', NULL, '銀座四丁目 23, 東京都', 'crm-9', NULL, 'seen', 'kept', 12, NULL, false, false, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.c_desk VALUES (9, 1, 10, 4, 1739399954000000, 1795302116137057, 3, 'Janie', 'Stewart', 'janie.stewart.10@example.com', 'Fidelity Investments', '{"id": 4098, "type": "companies"}', NULL, NULL, 'automatic', true, NULL, NULL, NULL, NULL, 'Lead', '+1 262351834', NULL, 'Greens 161, Raleigh', 'crm-a', NULL, 'seen', 'kept', 18, NULL, true, false, 'active', NULL, NULL, NULL, NULL, NULL);
INSERT INTO public.changes VALUES (1, 1, 0, 59, 1795302116033322, '\x3b3000000100003b00010000003b00', NULL, '\x7b226a6f625469746c65223a7b2265616368223a5b22446576656c6f706572222c20225475746f72222c20224856414320546563686e696369616e222c202242757320447269766572222c202243686566222c20224d61736f6e222c2022536563726574617279222c20224669726566696768746572222c20225374616765204d616e61676572222c20225375727665796f72222c20225573686572222c202248616e64796d616e222c20225375727665796f72222c202244616e636572222c20224461746120536369656e74697374222c2022444a222c20224e6574776f726b2041646d696e6973747261746f72222c20224163746f72222c202241646d696e6973747261746f72222c20224c696e6520436f6f6b222c20224d7573696369616e222c2022546f7572204775696465222c202244657369676e6572222c20225a6f6f6b6565706572222c2022536372756d204d6173746572222c202242656c6c686f70222c20224163726f626174222c20224c6f616e204f666669636572222c202256616c6574222c202253797374656d7320416e616c797374222c202241756469746f72222c20225265616c20457374617465204167656e74222c202247726f756e64736b6565706572222c20224669726566696768746572222c202254656163686572222c2022486f7374657373222c2022456e67696e656572222c20224469726563746f72222c202250687973696369616e222c2022506c756d626572222c20225570686f6c737465726572222c202250696c6f74222c20225361696c6f72222c2022457865637574697665222c2022526f6f666572222c2022446576656c6f706572222c20225375727665796f72222c2022556d70697265222c2022506861726d6163697374222c202243617270656e746572222c202253616c657320526570726573656e746174697665222c202252657365617263686572222c20224461746120536369656e74697374222c202246696e616e6369616c2041647669736f72222c2022536f756e6420456e67696e656572222c202248616e64796d616e222c202242757320447269766572222c20225472616666696320436f6e74726f6c6c6572222c202241646d696e6973747261746f72222c2022486f74656c204d616e61676572225d7d7d', NULL, NULL);
INSERT INTO public.changes VALUES (1, 2, 0, 9, 1795302116071837, '\x3b3000000100000900010000000900', NULL, '\x7b226e6f746573223a7b2265616368223a5b2249662077652062756e646c6520746865206d61747269782c2077652063616e2067657420746f20746865204147502070726f6772616d207468726f7567682074686520726564756e64616e74204942207472616e736d697474657221222c206e756c6c2c202254727920746f20696e6465782074686520585353206472697665722c206d617962652069742077696c6c206f7665727269646520746865206f6e6c696e65206d6f6e69746f7221222c206e756c6c2c206e756c6c2c206e756c6c2c206e756c6c2c206e756c6c2c206e756c6c2c206e756c6c5d7d7d', NULL, NULL);
INSERT INTO public.changes VALUES (1, 3, 0, 9, 1795302116137057, '\x3b3000000100000900010000000900', NULL, '\x7b22657874726144617461223a7b22616c6c223a6e756c6c7d7d', NULL, NULL);
INSERT INTO public.goose_db_version VALUES (1, 0, true, '2026-11-21 23:01:55.445928');
INSERT INTO public.goose_db_version VALUES (2, 1, true, '2026-11-21 23:01:55.470986');
INSERT INTO public.idempotency VALUES (1, 'WXVNEYLJOY4QYJK2UPCTZ2G3NS', '9e7695e80f9582c3c371c70dcb0206bf417c91773e6fd1266f832b262a414a3b', 1);
INSERT INTO public.idempotency VALUES (1, 'EFPA7DFSNU5PGPXRW2KPMHCW2W', 'c77a53f9164f3419087db34ef8190b7f06a4e3a59d4b735d1754771bca71fbc5', 2);
INSERT INTO public.idempotency VALUES (1, 'P45IZQCKZZY7L3ZAOZ3LHOALEG', '5c8380dce059ba07b6c149f922983cc7480c25e93b4261d87593bd3dace2e98b', 3);
INSERT INTO public.idempotency VALUES (1, 'submitted-before-the-upgrade', '54717202251e030017d81d4231306b61d0341b2c486ea537170f807a38ba7aed', 4);
INSERT INTO public.idempotency VALUES (1, '6F4LAORNTVV5XXRKPPKKBWTX6D', '7d0a621d91c633039700fc14c88b789ac4a34b5af19c330d59053e55906c804a', 5);
INSERT INTO public.jobs OVERRIDING SYSTEM VALUE VALUES (1, 1, '01a20058-4a90-780c-87d3-1f5b65279978', 'bulk', 'desk', '7ad147949eb3af45746bae9cf5285d8fb074dffa642d482fbe2129665f2d02cc', 'succeeded', 4, 1795302115985243, 'key:admin', 1795302116013710, 1795302116042132, '{"id":{"$gt":0}}', '{"jobTitle":"Lead"}', '{"sets":[{"field":"jobTitle","value":"Lead","pointer":"/jobTitle"}]}', '{}', '', NULL, NULL, NULL, '', NULL, 1, NULL, NULL, NULL, 60, 0, 0, 0, 0, 0, '[]', NULL, 0, NULL, NULL);
INSERT INTO public.jobs OVERRIDING SYSTEM VALUE VALUES (2, 1, '01a20058-4ad2-7758-a7da-e4917d1b3c60', 'bulk', 'desk', '7ad147949eb3af45746bae9cf5285d8fb074dffa642d482fbe2129665f2d02cc', 'paused', 5, 1795302116050949, 'key:admin', 1795302116065731, NULL, '{"id":{"$gt":0}}', '{"notes":"kept"}', '{"sets":[{"field":"notes","value":"kept","pointer":"/notes"}]}', '{"recordsPerSecond":20}', '', NULL, NULL, NULL, '', NULL, 1, NULL, NULL, NULL, 60, 0, 0, 0, 0, 0, '[]', 20, 0, NULL, NULL);
INSERT INTO public.jobs OVERRIDING SYSTEM VALUE VALUES (3, 1, '01a20058-4af8-71b7-a1a4-2303898b415e', 'bulk', 'desk', '7ad147949eb3af45746bae9cf5285d8fb074dffa642d482fbe2129665f2d02cc', 'running', 3, 1795302116088654, 'key:admin', 1795302116127710, NULL, '{"id":{"$gt":0}}', '{"extraData":"seen"}', '{"sets":[{"field":"extraData","value":"seen","pointer":"/extraData"}]}', '{"recordsPerSecond":20}', '', NULL, NULL, NULL, '', NULL, 1, NULL, NULL, NULL, 60, 0, 0, 0, 0, 0, '[]', 20, 0, NULL, NULL);
INSERT INTO public.jobs OVERRIDING SYSTEM VALUE VALUES (4, 1, '01a20058-4b41-7d07-855d-f9e8c469b358', 'bulk', 'desk', '7ad147949eb3af45746bae9cf5285d8fb074dffa642d482fbe2129665f2d02cc', 'queued', 1, 1795302116162332, 'key:admin', NULL, NULL, '{"id":{"$gt":0}}', '{"lastName":"Moss"}', '{"sets":[{"field":"lastName","value":"Moss","pointer":"/lastName"}]}', '{}', '', NULL, NULL, NULL, '', NULL, 1, NULL, NULL, NULL, NULL, 0, 0, 0, 0, 0, '[]', NULL, 0, NULL, NULL);
INSERT INTO public.jobs OVERRIDING SYSTEM VALUE VALUES (5, 1, '01a20058-4b5e-7d6d-a048-8769809db13a', 'single', 'desk', '7ad147949eb3af45746bae9cf5285d8fb074dffa642d482fbe2129665f2d02cc', 'queued', 1, 1795302116191351, 'key:admin', NULL, NULL, NULL, '{"firstName":"Ada"}', '{"sets":[{"field":"firstName","value":"Ada","pointer":"/firstName"}]}', '{}', '', NULL, NULL, NULL, '', NULL, 1, NULL, '1', 0, 1, 0, 0, 0, 0, 0, '[]', NULL, 0, NULL, NULL);
INSERT INTO public.models VALUES ('accounts', 'd8a67dc7c884abac989ac6cabd10b9cdcfb560fcaedf277dd16578cce88cb228', '[{"name":"id","sql":"id","kind":"integer"},{"name":"number","sql":"f_number","kind":"integer"},{"name":"title","sql":"f_title","kind":"string"},{"name":"description","sql":"f_description","kind":"string"},{"name":"address","sql":"f_address","kind":"array"},{"name":"isActive","sql":"f_isActive","kind":"boolean"},{"name":"primaryEmail","sql":"f_primaryEmail","kind":"string"},{"name":"primaryPhone","sql":"f_primaryPhone","kind":"string"},{"name":"custom","sql":"f_custom","kind":"object"},{"name":"accountType","sql":"f_accountType","kind":"string"},{"name":"contacts","sql":"f_contacts","kind":"array"},{"name":"value","sql":"f_value","kind":"number"},{"name":"size","sql":"f_size","kind":"number"},{"name":"createdBy","sql":"f_createdBy","kind":"object"},{"name":"updatedBy","sql":"f_updatedBy","kind":"object"},{"name":"createdAt","sql":"created_at","kind":"date-time"},{"name":"updatedAt","sql":"updated_at","kind":"date-time"},{"name":"version","sql":"version","kind":"integer"},{"name":"lastJobId","sql":"last_job","kind":"string"}]');
INSERT INTO public.models VALUES ('clientsuccess', '9dbd6d38831571e65e28ee1349369a76eb27e0fbf3c14323c9a82acf3a019301', '[{"name":"id","sql":"id","kind":"integer"},{"name":"uuid","sql":"f_uuid","kind":"string"},{"name":"custom","sql":"f_custom","kind":"object"},{"name":"name","sql":"f_name","kind":"string"},{"name":"siteUrl","sql":"f_siteUrl","kind":"string"},{"name":"logoUrl","sql":"f_logoUrl","kind":"string"},{"name":"status","sql":"f_status","kind":"string"},{"name":"active","sql":"f_active","kind":"boolean"},{"name":"inceptionDate","sql":"f_inceptionDate","kind":"date"},{"name":"terminatedDate","sql":"f_terminatedDate","kind":"date"},{"name":"street","sql":"f_street","kind":"string"},{"name":"city","sql":"f_city","kind":"string"},{"name":"state","sql":"f_state","kind":"string"},{"name":"zip","sql":"f_zip","kind":"string"},{"name":"country","sql":"f_country","kind":"string"},{"name":"region","sql":"f_region","kind":"object"},{"name":"timezone","sql":"f_timezone","kind":"string"},{"name":"externalId","sql":"f_externalId","kind":"string"},{"name":"salesforceAccountId","sql":"f_salesforceAccountId","kind":"string"},{"name":"zendeskId","sql":"f_zendeskId","kind":"string"},{"name":"freshdeskId","sql":"f_freshdeskId","kind":"string"},{"name":"usageId","sql":"f_usageId","kind":"string"},{"name":"stripeId","sql":"f_stripeId","kind":"string"},{"name":"externalStatusId","sql":"f_externalStatusId","kind":"string"},{"name":"npsScore","sql":"f_npsScore","kind":"integer"},{"name":"note","sql":"f_note","kind":"string"},{"name":"createdByEmployeeId","sql":"f_createdByEmployeeId","kind":"integer"},{"name":"modifiedByEmployeeId","sql":"f_modifiedByEmployeeId","kind":"integer"},{"name":"managedByEmployeeId","sql":"f_managedByEmployeeId","kind":"integer"},{"name":"assignedSalesRepId","sql":"f_assignedSalesRepId","kind":"integer"},{"name":"assignedSalesRep","sql":"f_assignedSalesRep","kind":"string"},{"name":"clientTypeId","sql":"f_clientTypeId","kind":"integer"},{"name":"clientTypeTitle","sql":"f_clientTypeTitle","kind":"string"},{"name":"successCycleId","sql":"f_successCycleId","kind":"integer"},{"name":"primaryContactId","sql":"f_primaryContactId","kind":"integer"},{"name":"parentClientId","sql":"f_parentClientId","kind":"integer"},{"name":"accTeamingRoles","sql":"f_accTeamingRoles","kind":"array"},{"name":"successScore","sql":"f_successScore","kind":"number"},{"name":"activeClientSuccessCycleId","sql":"f_activeClientSuccessCycleId","kind":"integer"},{"name":"clientType","sql":"f_clientType","kind":"object"},{"name":"managedByEmployee","sql":"f_managedByEmployee","kind":"object"},{"name":"createdByEmployee","sql":"f_createdByEmployee","kind":"object"},{"name":"modifiedByEmployee","sql":"f_modifiedByEmployee","kind":"object"},{"name":"assignedSalesRepAssociation","sql":"f_assignedSalesRepAssociation","kind":"object"},{"name":"primaryContact","sql":"f_primaryContact","kind":"object"},{"name":"parentClient","sql":"f_parentClient","kind":"object"},{"name":"currency","sql":"f_currency","kind":"string"},{"name":"segment","sql":"f_segment","kind":"integer"},{"name":"clientSegmentId","sql":"f_clientSegmentId","kind":"integer"},{"name":"address","sql":"f_address","kind":"string"},{"name":"noteAsText","sql":"f_noteAsText","kind":"string"},{"name":"externalSystems","sql":"f_externalSystems","kind":"object"},{"name":"createdTime","sql":"created_at","kind":"date-time"},{"name":"modifiedTime","sql":"updated_at","kind":"date-time"},{"name":"version","sql":"version","kind":"integer"},{"name":"lastJobId","sql":"last_job","kind":"string"}]');
INSERT INTO public.models VALUES ('desk', '7ad147949eb3af45746bae9cf5285d8fb074dffa642d482fbe2129665f2d02cc', '[{"name":"id","sql":"id","kind":"integer"},{"name":"firstName","sql":"f_firstName","kind":"string"},{"name":"lastName","sql":"f_lastName","kind":"string"},{"name":"email","sql":"f_email","kind":"string"},{"name":"organization","sql":"f_organization","kind":"string"},{"name":"company","sql":"f_company","kind":"object"},{"name":"contacts","sql":"f_contacts","kind":"array"},{"name":"customerwelcomeemails","sql":"f_customerwelcomeemails","kind":"array"},{"name":"addMethod","sql":"f_addMethod","kind":"string"},{"name":"verifiedEmail","sql":"f_verifiedEmail","kind":"boolean"},{"name":"permission","sql":"f_permission","kind":"string"},{"name":"linkedinURL","sql":"f_linkedinURL","kind":"string"},{"name":"facebookURL","sql":"f_facebookURL","kind":"string"},{"name":"twitterHandle","sql":"f_twitterHandle","kind":"string"},{"name":"jobTitle","sql":"f_jobTitle","kind":"string"},{"name":"phone","sql":"f_phone","kind":"string"},{"name":"mobile","sql":"f_mobile","kind":"string"},{"name":"address","sql":"f_address","kind":"string"},{"name":"externalId","sql":"f_externalId","kind":"string"},{"name":"avatarURL","sql":"f_avatarURL","kind":"string"},{"name":"extraData","sql":"f_extraData","kind":"string"},{"name":"notes","sql":"f_notes","kind":"string"},{"name":"numTickets","sql":"f_numTickets","kind":"integer"},{"name":"password","sql":"f_password","kind":"string"},{"name":"trusted","sql":"f_trusted","kind":"boolean"},{"name":"welcomeEmailSent","sql":"f_welcomeEmailSent","kind":"boolean"},{"name":"state","sql":"f_state","kind":"string"},{"name":"createdAt","sql":"created_at","kind":"date-time"},{"name":"updatedAt","sql":"updated_at","kind":"date-time"},{"name":"deletedAt","sql":"f_deletedAt","kind":"date-time"},{"name":"createdBy","sql":"f_createdBy","kind":"object"},{"name":"updatedBy","sql":"f_updatedBy","kind":"object"},{"name":"deletedBy","sql":"f_deletedBy","kind":"object"},{"name":"pmperson","sql":"f_pmperson","kind":"object"},{"name":"version","sql":"version","kind":"integer"},{"name":"lastJobId","sql":"last_job","kind":"string"}]');
INSERT INTO public.models VALUES ('mythic', '02618b9248fbb4660311566c8c7511c8f38f718db131bc2f3c012349363557d6', '[{"name":"id","sql":"id","kind":"string"},{"name":"name","sql":"f_name","kind":"string"},{"name":"status","sql":"f_status","kind":"boolean"},{"name":"domain","sql":"f_domain","kind":"string"},{"name":"email","sql":"f_email","kind":"string"},{"name":"phone","sql":"f_phone","kind":"string"},{"name":"website","sql":"f_website","kind":"string"},{"name":"timezone","sql":"f_timezone","kind":"string"},{"name":"global_name","sql":"f_global_name","kind":"string"},{"name":"company_id","sql":"f_company_id","kind":"string"},{"name":"agency_id","sql":"f_agency_id","kind":"string"},{"name":"api_metadata","sql":"f_api_metadata","kind":"object"},{"name":"ghl_location_id","sql":"f_ghl_location_id","kind":"string"},{"name":"proxy_api_key","sql":"f_proxy_api_key","kind":"string"},{"name":"publishable_key","sql":"f_publishable_key","kind":"string"},{"name":"secret_key","sql":"f_secret_key","kind":"string"},{"name":"created_at","sql":"created_at","kind":"date-time"},{"name":"updated_at","sql":"updated_at","kind":"date-time"},{"name":"version","sql":"version","kind":"integer"},{"name":"lastJobId","sql":"last_job","kind":"string"}]');
INSERT INTO public.models VALUES ('plane', '94760d1df0a1ee5037c66dfd8167588a5ad22ef4f3f9fa51e987d5c46ff36e24', '[{"name":"id","sql":"id","kind":"string"},{"name":"name","sql":"f_name","kind":"string"},{"name":"description","sql":"f_description","kind":"any"},{"name":"description_html","sql":"f_description_html","kind":"string"},{"name":"description_stripped","sql":"f_description_stripped","kind":"string"},{"name":"description_binary","sql":"f_description_binary","kind":"string"},{"name":"email","sql":"f_email","kind":"string"},{"name":"website_url","sql":"f_website_url","kind":"string"},{"name":"logo_props","sql":"f_logo_props","kind":"any"},{"name":"logo_url","sql":"f_logo_url","kind":"string"},{"name":"domain","sql":"f_domain","kind":"string"},{"name":"employees","sql":"f_employees","kind":"integer"},{"name":"stage","sql":"f_stage","kind":"string"},{"name":"contract_status","sql":"f_contract_status","kind":"string"},{"name":"revenue","sql":"f_revenue","kind":"string"},{"name":"archived_at","sql":"f_archived_at","kind":"date-time"},{"name":"created_by","sql":"f_created_by","kind":"string"},{"name":"updated_by","sql":"f_updated_by","kind":"string"},{"name":"logo_asset","sql":"f_logo_asset","kind":"string"},{"name":"external_source","sql":"f_external_source","kind":"string"},{"name":"external_id","sql":"f_external_id","kind":"string"},{"name":"workspace","sql":"f_workspace","kind":"string"},{"name":"customer_request_count","sql":"f_customer_request_count","kind":"integer"},{"name":"created_at","sql":"created_at","kind":"date-time"},{"name":"updated_at","sql":"updated_at","kind":"date-time"},{"name":"deleted_at","sql":"f_deleted_at","kind":"date-time"},{"name":"version","sql":"version","kind":"integer"},{"name":"lastJobId","sql":"last_job","kind":"string"}]');
INSERT INTO public.outbox OVERRIDING SYSTEM VALUE VALUES (5, 1, 3, 0, 0, 1, 2160978418664928610, 497507, NULL);
INSERT INTO public.selection VALUES (1, 1, 0, '\x3b3000000100003b00010000003b00');
INSERT INTO public.selection VALUES (1, 2, 0, '\x3b3000000100003b00010000003b00');
INSERT INTO public.selection VALUES (1, 3, 0, '\x3b3000000100003b00010000003b00');
INSERT INTO public.sequences VALUES (1, 'desk', 'id', 61);
INSERT INTO public.settings VALUES ('signing_key', '\xec9d5b8ef0687850d53e2f0ebb921b46f1c559f7d31d275b4e8f77db959295a0');
INSERT INTO public.shards VALUES (1, 1, 0, 0, 1, 1, 3, 1795302116033322, 0, 1, 0, 65536, 65536, 60, 0, 0, 0, 0, '[]', 1795302116041393, 5989.219405070872, NULL);
INSERT INTO public.shards VALUES (1, 2, 0, 1, 2, 0, 4, 1795302116074356, 0, 2, 0, 65536, 10, 10, 0, 0, 0, 0, '[]', 1795302116073882, 3240.440699935191, 'throttled');
INSERT INTO public.shards VALUES (1, 3, 0, 1, 1, 0, 4, 1795302116139547, 0, 2, 0, 65536, 10, 10, 0, 0, 0, 0, '[]', 1795302116138834, 3114.294612270321, 'throttled');
INSERT INTO public.shards VALUES (1, 4, 0, 1, 0, 0, 0, NULL, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '[]', NULL, 0, NULL);
INSERT INTO public.workspaces OVERRIDING SYSTEM VALUE VALUES (1, 'main', 1795302115589706);
SELECT pg_catalog.setval('public.api_keys_id_seq', 1, true);
SELECT pg_catalog.setval('public.goose_db_version_id_seq', 2, true);
SELECT pg_catalog.setval('public.jobs_num_seq', 5, true);
SELECT pg_catalog.setval('public.outbox_place_seq', 7, true);
SELECT pg_catalog.setval('public.workspaces_id_seq', 1, true);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_hash_key UNIQUE (hash);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.blocks
    ADD CONSTRAINT blocks_pkey PRIMARY KEY (workspace, model, block);
ALTER TABLE ONLY public.c_accounts
    ADD CONSTRAINT c_accounts_pkey PRIMARY KEY (workspace, rid);
ALTER TABLE ONLY public.c_clientsuccess
    ADD CONSTRAINT c_clientsuccess_pkey PRIMARY KEY (workspace, rid);
ALTER TABLE ONLY public.c_desk
    ADD CONSTRAINT c_desk_pkey PRIMARY KEY (workspace, rid);
ALTER TABLE ONLY public.c_mythic
    ADD CONSTRAINT c_mythic_pkey PRIMARY KEY (workspace, rid);
ALTER TABLE ONLY public.c_plane
    ADD CONSTRAINT c_plane_pkey PRIMARY KEY (workspace, rid);
ALTER TABLE ONLY public.changes
    ADD CONSTRAINT changes_pkey PRIMARY KEY (workspace, job, first_rid);
ALTER TABLE ONLY public.departed
    ADD CONSTRAINT departed_pkey PRIMARY KEY (workspace, model, rid);
ALTER TABLE ONLY public.field_options
    ADD CONSTRAINT field_options_pkey PRIMARY KEY (workspace, model, field, value);
ALTER TABLE ONLY public.goose_db_version
    ADD CONSTRAINT goose_db_version_pkey PRIMARY KEY (id);
ALTER TABLE ONLY public.idempotency
    ADD CONSTRAINT idempotency_pkey PRIMARY KEY (workspace, key);
ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT jobs_pkey PRIMARY KEY (workspace, num);
ALTER TABLE ONLY public.jobs
    ADD CONSTRAINT jobs_workspace_id_key UNIQUE (workspace, id);
ALTER TABLE ONLY public.models
    ADD CONSTRAINT models_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (workspace, job, shard);
ALTER TABLE ONLY public.selection
    ADD CONSTRAINT selection_pkey PRIMARY KEY (workspace, job, "window");
ALTER TABLE ONLY public.sequences
    ADD CONSTRAINT sequences_pkey PRIMARY KEY (workspace, model, field);
ALTER TABLE ONLY public.settings
    ADD CONSTRAINT settings_pkey PRIMARY KEY (name);
ALTER TABLE ONLY public.shards
    ADD CONSTRAINT shards_pkey PRIMARY KEY (workspace, job, no);
ALTER TABLE ONLY public.workspaces
    ADD CONSTRAINT workspaces_name_key UNIQUE (name);
ALTER TABLE ONLY public.workspaces
    ADD CONSTRAINT workspaces_pkey PRIMARY KEY (id);
CREATE UNIQUE INDEX api_keys_live ON public.api_keys USING btree (workspace, name) WHERE (revoked_at IS NULL);
CREATE UNIQUE INDEX blocks_once ON public.blocks USING btree (model, block);
CREATE INDEX "c_accounts_i_f_primaryEmail" ON public.c_accounts USING btree (workspace, "f_primaryEmail" NULLS FIRST);
CREATE UNIQUE INDEX c_accounts_id ON public.c_accounts USING btree (workspace, id);
CREATE INDEX "c_clientsuccess_i_f_externalId" ON public.c_clientsuccess USING btree (workspace, "f_externalId" NULLS FIRST);
CREATE UNIQUE INDEX c_clientsuccess_id ON public.c_clientsuccess USING btree (workspace, id);
CREATE UNIQUE INDEX c_clientsuccess_u_f_uuid ON public.c_clientsuccess USING btree (workspace, f_uuid NULLS FIRST);
CREATE INDEX "c_desk_i_f_externalId" ON public.c_desk USING btree (workspace, "f_externalId" NULLS FIRST);
CREATE INDEX c_desk_i_f_organization ON public.c_desk USING btree (workspace, f_organization NULLS FIRST);
CREATE UNIQUE INDEX c_desk_id ON public.c_desk USING btree (workspace, id);
CREATE UNIQUE INDEX c_mythic_id ON public.c_mythic USING btree (workspace, id);
CREATE UNIQUE INDEX c_mythic_u_f_domain ON public.c_mythic USING btree (workspace, f_domain NULLS FIRST);
CREATE UNIQUE INDEX c_mythic_u_f_global_name ON public.c_mythic USING btree (workspace, f_global_name NULLS FIRST);
CREATE INDEX c_plane_i_f_external_id ON public.c_plane USING btree (workspace, f_external_id NULLS FIRST);
CREATE INDEX c_plane_i_f_name ON public.c_plane USING btree (workspace, f_name NULLS FIRST);
CREATE UNIQUE INDEX c_plane_id ON public.c_plane USING btree (workspace, id);
CREATE INDEX jobs_of_many ON public.jobs USING btree (workspace, model, num) WHERE (rid IS NULL);
CREATE INDEX jobs_of_origin ON public.jobs USING btree (workspace, origin) WHERE (origin IS NOT NULL);
CREATE INDEX jobs_of_record ON public.jobs USING btree (workspace, model, rid, num) WHERE (rid IS NOT NULL);
CREATE INDEX jobs_of_source ON public.jobs USING btree (workspace, source) WHERE (source IS NOT NULL);
CREATE INDEX jobs_open ON public.jobs USING btree (num) WHERE (state <> ALL (ARRAY['succeeded'::text, 'partially_succeeded'::text, 'failed'::text, 'cancelled'::text]));
CREATE INDEX jobs_to_leave ON public.jobs USING btree (finished_at) WHERE (left_at IS NULL);
CREATE INDEX jobs_with_values ON public.jobs USING btree (finished_at) WHERE (values_kept > 0);
CREATE INDEX outbox_singles ON public.outbox USING btree (single, place);
CREATE INDEX shards_open ON public.shards USING btree (job, no) WHERE (open = 1);
ALTER TABLE ONLY public.api_keys
    ADD CONSTRAINT api_keys_workspace_fkey FOREIGN KEY (workspace) REFERENCES public.workspaces(id);
