PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE goose_db_version (
		id INTEGER PRIMARY KEY AUTOINCREMENT,
		version_id INTEGER NOT NULL,
		is_applied INTEGER NOT NULL,
		tstamp TIMESTAMP DEFAULT (datetime('now'))
	);
INSERT INTO goose_db_version VALUES(1,0,1,'2026-11-21 23:01:52');
INSERT INTO goose_db_version VALUES(2,1,1,'2026-11-21 23:01:52');
CREATE TABLE settings (
  name  TEXT PRIMARY KEY,
  value BLOB NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO settings VALUES('signing_key',X'64fb4fc06cea3f66625ad06e71cbd83cd493217638837f741ed5afa3b4fa7a00');
CREATE TABLE workspaces (
  id         INTEGER PRIMARY KEY,
  name       TEXT NOT NULL UNIQUE,
  created_at INTEGER NOT NULL
) STRICT;
INSERT INTO workspaces VALUES(1,'main',1795302112777976);
CREATE TABLE api_keys (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  workspace  INTEGER NOT NULL REFERENCES workspaces (id),
  name       TEXT NOT NULL,
  hash       TEXT NOT NULL UNIQUE,
  hint       TEXT NOT NULL,
  scopes     TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT;
INSERT INTO api_keys VALUES(1,1,'admin','94c25e44a610891d5805cda92f1c3303bf8a04f244af46b5542698a45c3d88a9','bp_the','admin',1795302112777976,NULL);
CREATE TABLE models (
  name    TEXT PRIMARY KEY,
  digest  TEXT NOT NULL,
  columns TEXT NOT NULL -- JSON: [{"name", "kind"}], all that the table ever had
) STRICT, WITHOUT ROWID;
INSERT INTO models VALUES('accounts','d8a67dc7c884abac989ac6cabd10b9cdcfb560fcaedf277dd16578cce88cb228','[{"name":"id","sql":"id","kind":"integer"},{"name":"number","sql":"f_number","kind":"integer"},{"name":"title","sql":"f_title","kind":"string"},{"name":"description","sql":"f_description","kind":"string"},{"name":"address","sql":"f_address","kind":"array"},{"name":"isActive","sql":"f_isActive","kind":"boolean"},{"name":"primaryEmail","sql":"f_primaryEmail","kind":"string"},{"name":"primaryPhone","sql":"f_primaryPhone","kind":"string"},{"name":"custom","sql":"f_custom","kind":"object"},{"name":"accountType","sql":"f_accountType","kind":"string"},{"name":"contacts","sql":"f_contacts","kind":"array"},{"name":"value","sql":"f_value","kind":"number"},{"name":"size","sql":"f_size","kind":"number"},{"name":"createdBy","sql":"f_createdBy","kind":"object"},{"name":"updatedBy","sql":"f_updatedBy","kind":"object"},{"name":"createdAt","sql":"created_at","kind":"date-time"},{"name":"updatedAt","sql":"updated_at","kind":"date-time"},{"name":"version","sql":"version","kind":"integer"},{"name":"lastJobId","sql":"last_job","kind":"string"}]');
INSERT INTO models VALUES('clientsuccess','9dbd6d38831571e65e28ee1349369a76eb27e0fbf3c14323c9a82acf3a019301','[{"name":"id","sql":"id","kind":"integer"},{"name":"uuid","sql":"f_uuid","kind":"string"},{"name":"custom","sql":"f_custom","kind":"object"},{"name":"name","sql":"f_name","kind":"string"},{"name":"siteUrl","sql":"f_siteUrl","kind":"string"},{"name":"logoUrl","sql":"f_logoUrl","kind":"string"},{"name":"status","sql":"f_status","kind":"string"},{"name":"active","sql":"f_active","kind":"boolean"},{"name":"inceptionDate","sql":"f_inceptionDate","kind":"date"},{"name":"terminatedDate","sql":"f_terminatedDate","kind":"date"},{"name":"street","sql":"f_street","kind":"string"},{"name":"city","sql":"f_city","kind":"string"},{"name":"state","sql":"f_state","kind":"string"},{"name":"zip","sql":"f_zip","kind":"string"},{"name":"country","sql":"f_country","kind":"string"},{"name":"region","sql":"f_region","kind":"object"},{"name":"timezone","sql":"f_timezone","kind":"string"},{"name":"externalId","sql":"f_externalId","kind":"string"},{"name":"salesforceAccountId","sql":"f_salesforceAccountId","kind":"string"},{"name":"zendeskId","sql":"f_zendeskId","kind":"string"},{"name":"freshdeskId","sql":"f_freshdeskId","kind":"string"},{"name":"usageId","sql":"f_usageId","kind":"string"},{"name":"stripeId","sql":"f_stripeId","kind":"string"},{"name":"externalStatusId","sql":"f_externalStatusId","kind":"string"},{"name":"npsScore","sql":"f_npsScore","kind":"integer"},{"name":"note","sql":"f_note","kind":"string"},{"name":"createdByEmployeeId","sql":"f_createdByEmployeeId","kind":"integer"},{"name":"modifiedByEmployeeId","sql":"f_modifiedByEmployeeId","kind":"integer"},{"name":"managedByEmployeeId","sql":"f_managedByEmployeeId","kind":"integer"},{"name":"assignedSalesRepId","sql":"f_assignedSalesRepId","kind":"integer"},{"name":"assignedSalesRep","sql":"f_assignedSalesRep","kind":"string"},{"name":"clientTypeId","sql":"f_clientTypeId","kind":"integer"},{"name":"clientTypeTitle","sql":"f_clientTypeTitle","kind":"string"},{"name":"successCycleId","sql":"f_successCycleId","kind":"integer"},{"name":"primaryContactId","sql":"f_primaryContactId","kind":"integer"},{"name":"parentClientId","sql":"f_parentClientId","kind":"integer"},{"name":"accTeamingRoles","sql":"f_accTeamingRoles","kind":"array"},{"name":"successScore","sql":"f_successScore","kind":"number"},{"name":"activeClientSuccessCycleId","sql":"f_activeClientSuccessCycleId","kind":"integer"},{"name":"clientType","sql":"f_clientType","kind":"object"},{"name":"managedByEmployee","sql":"f_managedByEmployee","kind":"object"},{"name":"createdByEmployee","sql":"f_createdByEmployee","kind":"object"},{"name":"modifiedByEmployee","sql":"f_modifiedByEmployee","kind":"object"},{"name":"assignedSalesRepAssociation","sql":"f_assignedSalesRepAssociation","kind":"object"},{"name":"primaryContact","sql":"f_primaryContact","kind":"object"},{"name":"parentClient","sql":"f_parentClient","kind":"object"},{"name":"currency","sql":"f_currency","kind":"string"},{"name":"segment","sql":"f_segment","kind":"integer"},{"name":"clientSegmentId","sql":"f_clientSegmentId","kind":"integer"},{"name":"address","sql":"f_address","kind":"string"},{"name":"noteAsText","sql":"f_noteAsText","kind":"string"},{"name":"externalSystems","sql":"f_externalSystems","kind":"object"},{"name":"createdTime","sql":"created_at","kind":"date-time"},{"name":"modifiedTime","sql":"updated_at","kind":"date-time"},{"name":"version","sql":"version","kind":"integer"},{"name":"lastJobId","sql":"last_job","kind":"string"}]');
INSERT INTO models VALUES('desk','7ad147949eb3af45746bae9cf5285d8fb074dffa642d482fbe2129665f2d02cc','[{"name":"id","sql":"id","kind":"integer"},{"name":"firstName","sql":"f_firstName","kind":"string"},{"name":"lastName","sql":"f_lastName","kind":"string"},{"name":"email","sql":"f_email","kind":"string"},{"name":"organization","sql":"f_organization","kind":"string"},{"name":"company","sql":"f_company","kind":"object"},{"name":"contacts","sql":"f_contacts","kind":"array"},{"name":"customerwelcomeemails","sql":"f_customerwelcomeemails","kind":"array"},{"name":"addMethod","sql":"f_addMethod","kind":"string"},{"name":"verifiedEmail","sql":"f_verifiedEmail","kind":"boolean"},{"name":"permission","sql":"f_permission","kind":"string"},{"name":"linkedinURL","sql":"f_linkedinURL","kind":"string"},{"name":"facebookURL","sql":"f_facebookURL","kind":"string"},{"name":"twitterHandle","sql":"f_twitterHandle","kind":"string"},{"name":"jobTitle","sql":"f_jobTitle","kind":"string"},{"name":"phone","sql":"f_phone","kind":"string"},{"name":"mobile","sql":"f_mobile","kind":"string"},{"name":"address","sql":"f_address","kind":"string"},{"name":"externalId","sql":"f_externalId","kind":"string"},{"name":"avatarURL","sql":"f_avatarURL","kind":"string"},{"name":"extraData","sql":"f_extraData","kind":"string"},{"name":"notes","sql":"f_notes","kind":"string"},{"name":"numTickets","sql":"f_numTickets","kind":"integer"},{"name":"password","sql":"f_password","kind":"string"},{"name":"trusted","sql":"f_trusted","kind":"boolean"},{"name":"welcomeEmailSent","sql":"f_welcomeEmailSent","kind":"boolean"},{"name":"state","sql":"f_state","kind":"string"},{"name":"createdAt","sql":"created_at","kind":"date-time"},{"name":"updatedAt","sql":"updated_at","kind":"date-time"},{"name":"deletedAt","sql":"f_deletedAt","kind":"date-time"},{"name":"createdBy","sql":"f_createdBy","kind":"object"},{"name":"updatedBy","sql":"f_updatedBy","kind":"object"},{"name":"deletedBy","sql":"f_deletedBy","kind":"object"},{"name":"pmperson","sql":"f_pmperson","kind":"object"},{"name":"version","sql":"version","kind":"integer"},{"name":"lastJobId","sql":"last_job","kind":"string"}]');
INSERT INTO models VALUES('mythic','02618b9248fbb4660311566c8c7511c8f38f718db131bc2f3c012349363557d6','[{"name":"id","sql":"id","kind":"string"},{"name":"name","sql":"f_name","kind":"string"},{"name":"status","sql":"f_status","kind":"boolean"},{"name":"domain","sql":"f_domain","kind":"string"},{"name":"email","sql":"f_email","kind":"string"},{"name":"phone","sql":"f_phone","kind":"string"},{"name":"website","sql":"f_website","kind":"string"},{"name":"timezone","sql":"f_timezone","kind":"string"},{"name":"global_name","sql":"f_global_name","kind":"string"},{"name":"company_id","sql":"f_company_id","kind":"string"},{"name":"agency_id","sql":"f_agency_id","kind":"string"},{"name":"api_metadata","sql":"f_api_metadata","kind":"object"},{"name":"ghl_location_id","sql":"f_ghl_location_id","kind":"string"},{"name":"proxy_api_key","sql":"f_proxy_api_key","kind":"string"},{"name":"publishable_key","sql":"f_publishable_key","kind":"string"},{"name":"secret_key","sql":"f_secret_key","kind":"string"},{"name":"created_at","sql":"created_at","kind":"date-time"},{"name":"updated_at","sql":"updated_at","kind":"date-time"},{"name":"version","sql":"version","kind":"integer"},{"name":"lastJobId","sql":"last_job","kind":"string"}]');
INSERT INTO models VALUES('plane','94760d1df0a1ee5037c66dfd8167588a5ad22ef4f3f9fa51e987d5c46ff36e24','[{"name":"id","sql":"id","kind":"string"},{"name":"name","sql":"f_name","kind":"string"},{"name":"description","sql":"f_description","kind":"any"},{"name":"description_html","sql":"f_description_html","kind":"string"},{"name":"description_stripped","sql":"f_description_stripped","kind":"string"},{"name":"description_binary","sql":"f_description_binary","kind":"string"},{"name":"email","sql":"f_email","kind":"string"},{"name":"website_url","sql":"f_website_url","kind":"string"},{"name":"logo_props","sql":"f_logo_props","kind":"any"},{"name":"logo_url","sql":"f_logo_url","kind":"string"},{"name":"domain","sql":"f_domain","kind":"string"},{"name":"employees","sql":"f_employees","kind":"integer"},{"name":"stage","sql":"f_stage","kind":"string"},{"name":"contract_status","sql":"f_contract_status","kind":"string"},{"name":"revenue","sql":"f_revenue","kind":"string"},{"name":"archived_at","sql":"f_archived_at","kind":"date-time"},{"name":"created_by","sql":"f_created_by","kind":"string"},{"name":"updated_by","sql":"f_updated_by","kind":"string"},{"name":"logo_asset","sql":"f_logo_asset","kind":"string"},{"name":"external_source","sql":"f_external_source","kind":"string"},{"name":"external_id","sql":"f_external_id","kind":"string"},{"name":"workspace","sql":"f_workspace","kind":"string"},{"name":"customer_request_count","sql":"f_customer_request_count","kind":"integer"},{"name":"created_at","sql":"created_at","kind":"date-time"},{"name":"updated_at","sql":"updated_at","kind":"date-time"},{"name":"deleted_at","sql":"f_deleted_at","kind":"date-time"},{"name":"version","sql":"version","kind":"integer"},{"name":"lastJobId","sql":"last_job","kind":"string"}]');
CREATE TABLE blocks (
  workspace INTEGER NOT NULL,
  model     TEXT NOT NULL,
  block     INTEGER NOT NULL, -- numbers block * 65536 and on
  next      INTEGER NOT NULL, -- the first number of the block not given yet
  PRIMARY KEY (workspace, model, block)
) STRICT, WITHOUT ROWID;
INSERT INTO blocks VALUES(1,'desk',0,60);
CREATE TABLE sequences (
  workspace INTEGER NOT NULL,
  model     TEXT NOT NULL,
  field     TEXT NOT NULL,
  next      INTEGER NOT NULL,
  PRIMARY KEY (workspace, model, field)
) STRICT, WITHOUT ROWID;
INSERT INTO sequences VALUES(1,'desk','id',61);
CREATE TABLE field_options (
  workspace INTEGER NOT NULL,
  model     TEXT NOT NULL,
  field     TEXT NOT NULL,
  value     TEXT NOT NULL,
  added_at  INTEGER NOT NULL,
  PRIMARY KEY (workspace, model, field, value)
) STRICT, WITHOUT ROWID;
CREATE TABLE departed (
  workspace  INTEGER NOT NULL,
  model      TEXT NOT NULL,
  rid        INTEGER NOT NULL,
  id         TEXT NOT NULL,
  deleted_at INTEGER NOT NULL,
  PRIMARY KEY (workspace, model, rid)
) STRICT, WITHOUT ROWID;
CREATE TABLE jobs (
  num          INTEGER PRIMARY KEY AUTOINCREMENT,
  workspace    INTEGER NOT NULL REFERENCES workspaces (id),
  id           TEXT NOT NULL UNIQUE,
  kind         TEXT NOT NULL,
  model        TEXT NOT NULL,
  digest       TEXT NOT NULL, -- of the model when the job was accepted
  state        TEXT NOT NULL,
  revision     INTEGER NOT NULL DEFAULT 1,
  created_at   INTEGER NOT NULL,
  created_by   TEXT NOT NULL,
  started_at   INTEGER,
  finished_at  INTEGER,
  filter       TEXT,          -- as given; NULL for a single
  patch        TEXT,          -- as shown: secrets masked; NULL for an undo
  change       TEXT NOT NULL, -- the checked patch as it is applied
  options      TEXT NOT NULL,
  expected     TEXT NOT NULL, -- digest of the selection a preview showed, or ''
  if_match     INTEGER,
  origin       INTEGER REFERENCES jobs (num), -- the job that this one retries or undoes
  source       INTEGER REFERENCES jobs (num), -- the job whose changes this one takes back
  confirms     TEXT NOT NULL DEFAULT '',      -- of a preview: what its token signs
  preview      TEXT,          -- of a preview: what it found, JSON
  values_kept  INTEGER NOT NULL DEFAULT 1,    -- 2 when the former values are leaving, 0 when they have
  left_at      INTEGER,       -- when the job has left: only its state and counts stay
  record_id    TEXT,          -- of a single, as shown
  rid          INTEGER,
  matched      INTEGER,       -- NULL until the selection is fixed
  updated      INTEGER NOT NULL DEFAULT 0, -- a single's outcome; a bulk's are its shards'
  unchanged    INTEGER NOT NULL DEFAULT 0,
  skipped      INTEGER NOT NULL DEFAULT 0,
  conflicted   INTEGER NOT NULL DEFAULT 0,
  failed       INTEGER NOT NULL DEFAULT 0,
  summary      TEXT NOT NULL DEFAULT '[]', -- of a single's error; a bulk's are its shards'
  throttle     REAL,
  resumed      INTEGER NOT NULL DEFAULT 0, -- 1 when the last action was to resume it
  error_code   TEXT,
  error_detail TEXT
) STRICT;
INSERT INTO jobs VALUES(1,1,'01a20058-3e78-7822-b3b9-01d0b325657d','bulk','desk','7ad147949eb3af45746bae9cf5285d8fb074dffa642d482fbe2129665f2d02cc','succeeded',4,1795302112888546,'key:admin',1795302112917863,1795302112965073,'{"id":{"$gt":0}}','{"jobTitle":"Lead"}','{"sets":[{"field":"jobTitle","value":"Lead","pointer":"/jobTitle"}]}','{}','',NULL,NULL,NULL,'',NULL,1,NULL,NULL,NULL,60,0,0,0,0,0,'[]',NULL,0,NULL,NULL);
INSERT INTO jobs VALUES(2,1,'01a20058-3ed0-7a06-87e2-ebeac65de125','bulk','desk','7ad147949eb3af45746bae9cf5285d8fb074dffa642d482fbe2129665f2d02cc','paused',5,1795302112976725,'key:admin',1795302113001031,NULL,'{"id":{"$gt":0}}','{"notes":"kept"}','{"sets":[{"field":"notes","value":"kept","pointer":"/notes"}]}','{"recordsPerSecond":20}','',NULL,NULL,NULL,'',NULL,1,NULL,NULL,NULL,60,0,0,0,0,0,'[]',20.0,0,NULL,NULL);
INSERT INTO jobs VALUES(3,1,'01a20058-3f00-743e-a719-889b483958a9','bulk','desk','7ad147949eb3af45746bae9cf5285d8fb074dffa642d482fbe2129665f2d02cc','running',3,1795302113024292,'key:admin',1795302113037756,NULL,'{"id":{"$gt":0}}','{"extraData":"seen"}','{"sets":[{"field":"extraData","value":"seen","pointer":"/extraData"}]}','{"recordsPerSecond":20}','',NULL,NULL,NULL,'',NULL,1,NULL,NULL,NULL,60,0,0,0,0,0,'[]',20.0,0,NULL,NULL);
INSERT INTO jobs VALUES(4,1,'01a20058-3f26-74bc-b8b7-11a7214ec039','bulk','desk','7ad147949eb3af45746bae9cf5285d8fb074dffa642d482fbe2129665f2d02cc','queued',1,1795302113062332,'key:admin',NULL,NULL,'{"id":{"$gt":0}}','{"lastName":"Moss"}','{"sets":[{"field":"lastName","value":"Moss","pointer":"/lastName"}]}','{}','',NULL,NULL,NULL,'',NULL,1,NULL,NULL,NULL,NULL,0,0,0,0,0,'[]',NULL,0,NULL,NULL);
INSERT INTO jobs VALUES(5,1,'01a20058-3f29-7a68-8e80-6c81ffd9c8d4','single','desk','7ad147949eb3af45746bae9cf5285d8fb074dffa642d482fbe2129665f2d02cc','queued',1,1795302113066040,'key:admin',NULL,NULL,NULL,'{"firstName":"Ada"}','{"sets":[{"field":"firstName","value":"Ada","pointer":"/firstName"}]}','{}','',NULL,NULL,NULL,'',NULL,1,NULL,'1',0,1,0,0,0,0,0,'[]',NULL,0,NULL,NULL);
CREATE TABLE shards (
  workspace    INTEGER NOT NULL,
  job          INTEGER NOT NULL REFERENCES jobs (num),
  no           INTEGER NOT NULL,
  open         INTEGER NOT NULL,           -- 1 until its last number has an outcome
  epoch        INTEGER NOT NULL DEFAULT 0, -- raised by each claim: a holder of an older one is fenced off
  held         INTEGER NOT NULL DEFAULT 0, -- 1 between a claim and its yield
  beat         INTEGER NOT NULL DEFAULT 0, -- raised by each sign of life
  beat_at      INTEGER,
  resumes      INTEGER NOT NULL DEFAULT 0, -- claims whose holder before had not yielded
  revision     INTEGER NOT NULL DEFAULT 0,
  first_rid    INTEGER NOT NULL DEFAULT 0,
  before_rid   INTEGER NOT NULL DEFAULT 0,
  next_rid     INTEGER NOT NULL DEFAULT 0, -- the checkpoint: numbers below it have an outcome
  updated      INTEGER NOT NULL DEFAULT 0,
  unchanged    INTEGER NOT NULL DEFAULT 0,
  skipped      INTEGER NOT NULL DEFAULT 0,
  conflicted   INTEGER NOT NULL DEFAULT 0,
  failed       INTEGER NOT NULL DEFAULT 0,
  summary      TEXT NOT NULL DEFAULT '[]', -- JSON: reasons, counts, sample ids
  chunk_at     INTEGER,                    -- when the last chunk was committed
  rate         REAL NOT NULL DEFAULT 0,    -- records a second, smoothed
  wait_reason  TEXT,
  PRIMARY KEY (workspace, job, no)
) STRICT, WITHOUT ROWID;
INSERT INTO shards VALUES(1,1,0,0,1,1,3,1795302112962095,0,1,0,65536,65536,60,0,0,0,0,'[]',1795302112963668,2229.654403567446934,NULL);
INSERT INTO shards VALUES(1,2,0,1,2,0,4,1795302113006271,0,2,0,65536,10,10,0,0,0,0,'[]',1795302113005876,6747.6383265856948127,'throttled');
INSERT INTO shards VALUES(1,3,0,1,1,0,4,1795302113041241,0,2,0,65536,10,10,0,0,0,0,'[]',1795302113040830,7485.0299401197607947,'throttled');
INSERT INTO shards VALUES(1,4,0,1,0,0,0,NULL,0,0,0,0,0,0,0,0,0,0,'[]',NULL,0.0,NULL);
CREATE TABLE selection (
  workspace INTEGER NOT NULL,
  job       INTEGER NOT NULL REFERENCES jobs (num),
  window    INTEGER NOT NULL,
  numbers   BLOB NOT NULL,
  PRIMARY KEY (workspace, job, window)
) STRICT;
INSERT INTO selection VALUES(1,1,0,X'3b3000000100003b00010000003b00');
INSERT INTO selection VALUES(1,2,0,X'3b3000000100003b00010000003b00');
INSERT INTO selection VALUES(1,3,0,X'3b3000000100003b00010000003b00');
CREATE TABLE changes (
  workspace INTEGER NOT NULL,
  job       INTEGER NOT NULL REFERENCES jobs (num),
  first_rid INTEGER NOT NULL,
  last_rid  INTEGER NOT NULL,
  at        INTEGER NOT NULL,
  updated   BLOB,
  unchanged BLOB,
  former    BLOB, -- values before, of the updated; NULL when they are no longer kept
  written   BLOB, -- values after, where they are not the patch's alone: of an undo
  refused   TEXT, -- JSON: the skipped, conflicted and failed, each with its reason
  PRIMARY KEY (workspace, job, first_rid)
) STRICT;
INSERT INTO changes VALUES(1,1,0,59,1795302112962095,X'3b3000000100003b00010000003b00',NULL,X'7b226a6f625469746c65223a7b2265616368223a5b22446576656c6f706572222c225475746f72222c224856414320546563686e696369616e222c2242757320447269766572222c2243686566222c224d61736f6e222c22536563726574617279222c224669726566696768746572222c225374616765204d616e61676572222c225375727665796f72222c225573686572222c2248616e64796d616e222c225375727665796f72222c2244616e636572222c224461746120536369656e74697374222c22444a222c224e6574776f726b2041646d696e6973747261746f72222c224163746f72222c2241646d696e6973747261746f72222c224c696e6520436f6f6b222c224d7573696369616e222c22546f7572204775696465222c2244657369676e6572222c225a6f6f6b6565706572222c22536372756d204d6173746572222c2242656c6c686f70222c224163726f626174222c224c6f616e204f666669636572222c2256616c6574222c2253797374656d7320416e616c797374222c2241756469746f72222c225265616c20457374617465204167656e74222c2247726f756e64736b6565706572222c224669726566696768746572222c2254656163686572222c22486f7374657373222c22456e67696e656572222c224469726563746f72222c2250687973696369616e222c22506c756d626572222c225570686f6c737465726572222c2250696c6f74222c225361696c6f72222c22457865637574697665222c22526f6f666572222c22446576656c6f706572222c225375727665796f72222c22556d70697265222c22506861726d6163697374222c2243617270656e746572222c2253616c657320526570726573656e746174697665222c2252657365617263686572222c224461746120536369656e74697374222c2246696e616e6369616c2041647669736f72222c22536f756e6420456e67696e656572222c2248616e64796d616e222c2242757320447269766572222c225472616666696320436f6e74726f6c6c6572222c2241646d696e6973747261746f72222c22486f74656c204d616e61676572225d7d7d',NULL,NULL);
INSERT INTO changes VALUES(1,2,0,9,1795302113005353,X'3b3000000100000900010000000900',NULL,X'7b226e6f746573223a7b2265616368223a5b2249662077652062756e646c6520746865206d61747269782c2077652063616e2067657420746f20746865204147502070726f6772616d207468726f7567682074686520726564756e64616e74204942207472616e736d697474657221222c6e756c6c2c2254727920746f20696e6465782074686520585353206472697665722c206d617962652069742077696c6c206f7665727269646520746865206f6e6c696e65206d6f6e69746f7221222c6e756c6c2c6e756c6c2c6e756c6c2c6e756c6c2c6e756c6c2c6e756c6c2c6e756c6c5d7d7d',NULL,NULL);
INSERT INTO changes VALUES(1,3,0,9,1795302113040314,X'3b3000000100000900010000000900',NULL,X'7b22657874726144617461223a7b22616c6c223a6e756c6c7d7d',NULL,NULL);
CREATE TABLE outbox (
  place     INTEGER PRIMARY KEY,
  workspace INTEGER NOT NULL,
  job       INTEGER NOT NULL REFERENCES jobs (num),
  shard     INTEGER NOT NULL,
  single    INTEGER NOT NULL,
  epoch     INTEGER NOT NULL, -- at which the task will find the shard
  seq       INTEGER NOT NULL, -- names this ring, so that two relays send it once
  wait      INTEGER NOT NULL, -- microseconds to let pass before it is told; no clock time, so that none can step
  reason    TEXT,             -- why it cannot be told now, NULL when it can
  UNIQUE (workspace, job, shard)
) STRICT;
INSERT INTO outbox VALUES(1,1,3,0,0,1,3014478308873671890,499071,NULL);
CREATE TABLE idempotency (
  workspace   INTEGER NOT NULL,
  key         TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  job         INTEGER NOT NULL REFERENCES jobs (num),
  PRIMARY KEY (workspace, key)
) STRICT, WITHOUT ROWID;
INSERT INTO idempotency VALUES(1,'4A222FEQZDVZSISAONTQPQXFT2','c71d430e1ec72cb1a6b32cab08e7c1d3ad3d127503ec67d22f1a88b6df3314ae',3);
INSERT INTO idempotency VALUES(1,'4RZYAKYVJFD6M3E5TGVHOT4L5U','083d85b96402f1052237581773163c75fed0a50f5eace24d5045e55c933c4427',2);
INSERT INTO idempotency VALUES(1,'ERIKWRX45LKEZYJXJSXQMD2CF7','61ce7c7c9f95f5ce1f821873667c1e9425369fad9c87e10c3b169cbb4fe07c0e',5);
INSERT INTO idempotency VALUES(1,'RFM36XLVPCGIJGXNA3LSL4MSJ2','6bd9270cb3923c27a8dcfe4426256ec23d57cbe5ed1e2f7246e26ddcc0bb1abb',1);
INSERT INTO idempotency VALUES(1,'submitted-before-the-upgrade','fc9139671a4c1c631e525f28579c3cb0d969b08b26d32986b224ff04a938048f',4);
CREATE TABLE c_accounts (rid INTEGER PRIMARY KEY, workspace INTEGER NOT NULL, id INTEGER NOT NULL, version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, last_job INTEGER, "f_number" INTEGER, "f_title" TEXT, "f_description" TEXT, "f_address" TEXT, "f_isActive" INTEGER, "f_primaryEmail" TEXT, "f_primaryPhone" TEXT, "f_custom" TEXT, "f_accountType" TEXT, "f_contacts" TEXT, "f_value" REAL, "f_size" REAL, "f_createdBy" TEXT, "f_updatedBy" TEXT) STRICT;
CREATE TABLE c_clientsuccess (rid INTEGER PRIMARY KEY, workspace INTEGER NOT NULL, id INTEGER NOT NULL, version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, last_job INTEGER, "f_uuid" TEXT, "f_custom" TEXT, "f_name" TEXT, "f_siteUrl" TEXT, "f_logoUrl" TEXT, "f_status" TEXT, "f_active" INTEGER, "f_inceptionDate" TEXT, "f_terminatedDate" TEXT, "f_street" TEXT, "f_city" TEXT, "f_state" TEXT, "f_zip" TEXT, "f_country" TEXT, "f_region" TEXT, "f_timezone" TEXT, "f_externalId" TEXT, "f_salesforceAccountId" TEXT, "f_zendeskId" TEXT, "f_freshdeskId" TEXT, "f_usageId" TEXT, "f_stripeId" TEXT, "f_externalStatusId" TEXT, "f_npsScore" INTEGER, "f_note" TEXT, "f_createdByEmployeeId" INTEGER, "f_modifiedByEmployeeId" INTEGER, "f_managedByEmployeeId" INTEGER, "f_assignedSalesRepId" INTEGER, "f_assignedSalesRep" TEXT, "f_clientTypeId" INTEGER, "f_clientTypeTitle" TEXT, "f_successCycleId" INTEGER, "f_primaryContactId" INTEGER, "f_parentClientId" INTEGER, "f_accTeamingRoles" TEXT, "f_successScore" REAL, "f_activeClientSuccessCycleId" INTEGER, "f_clientType" TEXT, "f_managedByEmployee" TEXT, "f_createdByEmployee" TEXT, "f_modifiedByEmployee" TEXT, "f_assignedSalesRepAssociation" TEXT, "f_primaryContact" TEXT, "f_parentClient" TEXT, "f_currency" TEXT, "f_segment" INTEGER, "f_clientSegmentId" INTEGER, "f_address" TEXT, "f_noteAsText" TEXT, "f_externalSystems" TEXT) STRICT;
CREATE TABLE c_desk (rid INTEGER PRIMARY KEY, workspace INTEGER NOT NULL, id INTEGER NOT NULL, version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, last_job INTEGER, "f_firstName" TEXT, "f_lastName" TEXT, "f_email" TEXT, "f_organization" TEXT, "f_company" TEXT, "f_contacts" TEXT, "f_customerwelcomeemails" TEXT, "f_addMethod" TEXT, "f_verifiedEmail" INTEGER, "f_permission" TEXT, "f_linkedinURL" TEXT, "f_facebookURL" TEXT, "f_twitterHandle" TEXT, "f_jobTitle" TEXT, "f_phone" TEXT, "f_mobile" TEXT, "f_address" TEXT, "f_externalId" TEXT, "f_avatarURL" TEXT, "f_extraData" TEXT, "f_notes" TEXT, "f_numTickets" INTEGER, "f_password" TEXT, "f_trusted" INTEGER, "f_welcomeEmailSent" INTEGER, "f_state" TEXT, "f_deletedAt" INTEGER, "f_createdBy" TEXT, "f_updatedBy" TEXT, "f_deletedBy" TEXT, "f_pmperson" TEXT) STRICT;
INSERT INTO c_desk VALUES(0,1,1,4,1378995968000000,1795302113040314,3,'Alexis','Hills','alexis.hills.1@example.com','Telenav','{"id":207,"type":"companies"}',NULL,NULL,'manual',1,NULL,NULL,NULL,'@c1','Lead','+1 504445489',NULL,'Pine 45, Irving','crm-1',NULL,'seen','kept',37,NULL,0,1,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(1,1,2,4,1651300836000000,1795302113040314,3,'יונתן','מזרחי','יונתן.מזרחי.2@דוגמה.טעסט','מאפיית השקד','{"id":1652,"type":"companies"}',NULL,NULL,'manual',0,NULL,NULL,NULL,NULL,'Lead','+972 676437435',NULL,'שדרות רוטשילד 6, חיפה','crm-2',NULL,'seen','kept',28,NULL,0,0,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(2,1,3,4,1724240720000000,1795302113040314,3,'Fatima','King','fatima.king.3@example.com','Investormill',NULL,NULL,NULL,'automatic',1,NULL,NULL,NULL,NULL,'Lead','+1 106692234',NULL,'Villages 228, Corpus Christi','crm-3',NULL,'seen','kept',15,NULL,1,1,'deleted',1738810941000000,NULL,NULL,'{"id":1,"type":"users"}',NULL);
INSERT INTO c_desk VALUES(3,1,4,4,1455233051000000,1795302113040314,3,'יונתן','כהן','יונתן.כהן.4@דוגמה.טעסט','גלים בע״מ','{"id":4718,"type":"companies"}',NULL,NULL,'manual',1,NULL,NULL,NULL,NULL,'Lead','+972 902592099',NULL,'שדרות רוטשילד 199, באר שבע','crm-4',NULL,'seen','kept',26,NULL,1,0,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(4,1,5,4,1428451605000000,1795302113040314,3,'Ágnes','Peña','ágnes.peña.5@example.org','Ærø Rederi',NULL,NULL,NULL,'manual',1,NULL,NULL,NULL,NULL,'Lead','+49 593444985',NULL,'Storgatan 178, İzmir','crm-5',NULL,'seen','kept',4,NULL,0,0,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(5,1,6,4,1455025045000000,1795302113040314,3,'Ida','Vincent','ida.vincent.6@example.com','Civic Impulse LLC','{"id":4286,"type":"companies"}',NULL,NULL,'manual',1,NULL,NULL,NULL,NULL,'Lead','+1 748629096',NULL,'Wall 143, Aurora','crm-6',NULL,'seen','kept',6,NULL,0,0,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(6,1,7,4,1764002582000000,1795302113040314,3,'Дмитрий','Ковальчук','a.ivanova.7@пример.испытание','Северный Мост','{"id":2798,"type":"companies"}',NULL,NULL,'automatic',0,NULL,NULL,NULL,'@c7','Lead','+380 283170731',NULL,'бул. Витоша 78, София','crm-7',NULL,'seen','kept',24,NULL,0,1,'deleted',1780835920000000,NULL,NULL,'{"id":1,"type":"users"}',NULL);
INSERT INTO c_desk VALUES(7,1,8,4,1373610424000000,1795302113040314,3,'Μαρία','Αγγελόπουλος','μαρία.αγγελόπουλος.8@παράδειγμα.δοκιμή','Αφοί Παππά Α.Ε.','{"id":4524,"type":"companies"}',NULL,NULL,'automatic',0,NULL,NULL,NULL,NULL,'Lead','+30 261369498',NULL,'Οδός Ερμού 61, Λευκωσία','crm-8',NULL,'seen','kept',12,NULL,0,0,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(8,1,9,4,1764383629000000,1795302113040314,3,'マリア','スミス','マリア.スミス.9@例え.テスト','みどり銀行','{"id":4688,"type":"companies"}',NULL,NULL,'automatic',0,NULL,NULL,NULL,NULL,'Lead','+81 614115262',NULL,'銀座四丁目 23, 東京都','crm-9',NULL,'seen','kept',12,NULL,0,0,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(9,1,10,4,1739399954000000,1795302113040314,3,'Janie','Stewart','janie.stewart.10@example.com','Fidelity Investments','{"id":4098,"type":"companies"}',NULL,NULL,'automatic',1,NULL,NULL,NULL,NULL,'Lead','+1 262351834',NULL,'Greens 161, Raleigh','crm-a',NULL,'seen','kept',18,NULL,1,0,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(10,1,11,2,1517749162000000,1795302112962095,1,'Ștefan','Østergård','ștefan.østergård.11@example.org','Hôtel de l’Étoile',NULL,NULL,NULL,'manual',1,NULL,NULL,NULL,NULL,'Lead','+49 606413053',NULL,'Rua da Conceição 169, Đà Nẵng','crm-b',NULL,NULL,NULL,16,NULL,0,1,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(11,1,12,2,1425063686000000,1795302112962095,1,'Blaise','Friesen','blaise.friesen.12@example.com','Child Care Desk','{"id":3769,"type":"companies"}',NULL,NULL,'automatic',1,NULL,NULL,NULL,NULL,'Lead','+1 471250371',NULL,'Divide 214, Detroit','crm-c',NULL,NULL,'I''ll format the virtual AGP bus, that should override the FTP array!',11,NULL,0,1,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(12,1,13,2,1602545766000000,1795302112962095,1,'Богдан','Јовановић','богдан.јовановић.13@пример.испытание','Рудник Плюс','{"id":198,"type":"companies"}',NULL,NULL,'manual',0,NULL,NULL,NULL,NULL,'Lead','+380 842963428',NULL,'вулиця Шевченка 100, Алматы','crm-d',NULL,NULL,NULL,15,NULL,0,1,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(13,1,14,2,1546244833000000,1795302112962095,1,'דוד','בן־דוד','דוד.בןדוד.14@דוגמה.טעסט','תפוז ירוק','{"id":3895,"type":"companies"}',NULL,NULL,'automatic',1,NULL,NULL,NULL,NULL,'Lead','+972 983128213',NULL,'שדרות רוטשילד 126, חיפה','crm-e',NULL,NULL,'Try to decrypt the SMS interface, maybe it will decrypt the wireless sensor!',16,NULL,0,0,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(14,1,15,2,1604306192000000,1795302112962095,1,'思远','李','思远.李.15@例子.测试','台灣好茶',NULL,NULL,NULL,'automatic',0,NULL,NULL,NULL,NULL,'Lead','+86 199185792',NULL,'人民中路 63, 香港','crm-f',NULL,NULL,NULL,35,NULL,1,1,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(15,1,16,2,1611374024000000,1795302112962095,1,'François','Dvořák','françois.dvořák.16@example.org','Brüder Grünwald GmbH',NULL,NULL,NULL,'manual',1,NULL,NULL,NULL,NULL,'Lead','+49 584504300',NULL,'Rua da Conceição 238, Kraków','crm-g',NULL,NULL,NULL,38,NULL,0,1,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(16,1,17,2,1650029844000000,1795302112962095,1,'Lucas','Maxwell','lucas.maxwell.17@example.com','Navico','{"id":4875,"type":"companies"}',NULL,NULL,'manual',1,NULL,NULL,NULL,NULL,'Lead','+1 285462360',NULL,'Pines 127, San Francisco','crm-h',NULL,NULL,NULL,10,NULL,0,0,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(17,1,18,2,1647362581000000,1795302112962095,1,'Νίκος','Αγγελόπουλος','νίκος.αγγελόπουλος.18@παράδειγμα.δοκιμή','Αφοί Παππά Α.Ε.','{"id":648,"type":"companies"}',NULL,NULL,'manual',0,NULL,NULL,NULL,NULL,'Lead','+30 232419097',NULL,'Οδός Ερμού 88, Αθήνα','crm-i',NULL,NULL,NULL,39,NULL,0,0,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(18,1,19,2,1585305491000000,1795302112962095,1,'Αθηνά','Βλαχάκη','e.papadopoulou.19@παράδειγμα.δοκιμή','Ελιές Καλαμάτας',NULL,NULL,NULL,'automatic',1,NULL,NULL,NULL,NULL,'Lead','+30 377851446',NULL,'Λεωφόρος Συγγρού 11, Θεσσαλονίκη','crm-j',NULL,NULL,NULL,31,NULL,0,1,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(19,1,20,2,1641231183000000,1795302112962095,1,'Inês','Gonçalves','inês.gonçalves.20@example.org','Société Générale d’Épicerie','{"id":4568,"type":"companies"}',NULL,NULL,'manual',0,NULL,NULL,NULL,'@ck','Lead','+49 475145894',NULL,'ulica Łąkowa 109, Kraków','crm-k',NULL,NULL,NULL,10,NULL,0,0,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(20,1,21,2,1695589023000000,1795302112962095,1,'Emilio','Tillman','emilio.tillman.21@example.com','Legal Science Partners',NULL,NULL,NULL,'manual',1,NULL,NULL,NULL,NULL,'Lead','+1 212811425',NULL,'Stream 28, St. Louis','crm-l',NULL,NULL,NULL,1,NULL,0,0,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(21,1,22,2,1532445015000000,1795302112962095,1,'Богдан','Ґудзь','богдан.ґудзь.22@пример.испытание','Рудник Плюс','{"id":4117,"type":"companies"}',NULL,NULL,'automatic',0,NULL,NULL,NULL,NULL,'Lead','+380 317565185',NULL,'бул. Витоша 221, София','crm-m',NULL,NULL,NULL,2,NULL,0,0,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(22,1,23,2,1487676204000000,1795302112962095,1,'Chloé','Trần','chloé.trần.23@example.org','Société Générale d’Épicerie','{"id":3319,"type":"companies"}',NULL,NULL,'automatic',1,NULL,NULL,NULL,'@cn','Lead','+49 731865290',NULL,'Bağdat Caddesi 3, Đà Nẵng','crm-n',NULL,NULL,NULL,29,NULL,0,1,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(23,1,24,2,1400178884000000,1795302112962095,1,'François','Muñoz','françois.muñoz.24@example.org','Ærø Rederi','{"id":3774,"type":"companies"}',NULL,NULL,'manual',1,NULL,NULL,NULL,NULL,'Lead','+49 871609814',NULL,'Bağdat Caddesi 176, São Paulo','crm-o',NULL,NULL,NULL,14,NULL,0,1,'deleted',1411567807000000,NULL,NULL,'{"id":1,"type":"users"}',NULL);
INSERT INTO c_desk VALUES(24,1,25,2,1568692194000000,1795302112962095,1,'도윤','최','도윤.최.25@실례.테스트','㈜별빛소프트',NULL,NULL,NULL,'automatic',1,NULL,NULL,NULL,NULL,'Lead','+82 615274655',NULL,'테헤란로 148, 부산광역시','crm-p',NULL,NULL,NULL,12,NULL,0,0,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(25,1,26,2,1471534378000000,1795302112962095,1,'Siân','Škoda','siân.škoda.26@example.org','Örebro Möbler','{"id":4899,"type":"companies"}',NULL,NULL,'manual',1,NULL,NULL,NULL,NULL,'Lead','+49 197896162',NULL,'ulica Łąkowa 130, Québec','crm-q',NULL,NULL,NULL,21,NULL,0,1,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(26,1,27,2,1517262985000000,1795302112962095,1,'Patricia','Washington','patricia.washington.27@example.com','Sophic Systems Alliance','{"id":2227,"type":"companies"}',NULL,NULL,'automatic',1,NULL,NULL,NULL,'@cr','Lead','+1 881448864',NULL,'Overpass 10, San Antonio','crm-r',NULL,NULL,NULL,23,NULL,1,0,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(27,1,28,2,1660807401000000,1795302112962095,1,'Þóra','Müller','þóra.müller.28@example.org','Łódź Tekstylia','{"id":2879,"type":"companies"}',NULL,NULL,'automatic',1,NULL,NULL,NULL,NULL,'Lead','+49 252630936',NULL,'Bağdat Caddesi 29, Đà Nẵng','crm-s',NULL,NULL,NULL,5,NULL,0,1,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(28,1,29,2,1345225236000000,1795302112962095,1,'Celestine','Ellis','celestine.ellis.29@example.com','KLD Research',NULL,NULL,NULL,'automatic',0,NULL,NULL,NULL,NULL,'Lead','+1 458489135',NULL,'Way 137, Mesa','crm-t',NULL,NULL,NULL,4,NULL,0,0,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(29,1,30,2,1671082361000000,1795302112962095,1,'Emmie','Jenkins','emmie.jenkins.30@example.com','STILLWATER SUPERCOMPUTING INC',NULL,NULL,NULL,'manual',1,NULL,NULL,NULL,'@cu','Lead','+1 533823888',NULL,'Walk 48, Nashville-Davidson','crm-u',NULL,NULL,NULL,9,NULL,1,0,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(30,1,31,2,1488684235000000,1795302112962095,1,'יונתן','אבוטבול','יונתן.אבוטבול.31@דוגמה.טעסט','גלים בע״מ','{"id":4945,"type":"companies"}',NULL,NULL,'manual',1,NULL,NULL,NULL,'@cv','Lead','+972 946142565',NULL,'שדרות רוטשילד 207, ירושלים','crm-v',NULL,NULL,NULL,1,NULL,1,1,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(31,1,32,2,1378628694000000,1795302112962095,1,'ユキ','佐藤','sakura.sato.32@例え.テスト','株式会社さくら堂','{"id":870,"type":"companies"}',NULL,NULL,'automatic',1,NULL,NULL,NULL,NULL,'Lead','+81 960938994',NULL,'千代田1丁目 51, さいたま市','crm-w',NULL,NULL,NULL,7,NULL,0,1,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(32,1,33,2,1524721735000000,1795302112962095,1,'Brad','Feeney','brad.feeney.33@example.com','Personal Democracy Media','{"id":3172,"type":"companies"}',NULL,NULL,'manual',1,NULL,NULL,NULL,'@cx','Lead','+1 656147006',NULL,'Throughway 200, San Francisco','crm-x',NULL,NULL,NULL,18,NULL,1,0,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(33,1,34,2,1475517030000000,1795302112962095,1,'François','Müller','françois.müller.34@example.org','Örebro Möbler',NULL,NULL,NULL,'manual',1,NULL,NULL,NULL,'@cy','Lead','+49 145893627',NULL,'Königsallee 111, Québec','crm-y',NULL,NULL,NULL,12,NULL,0,0,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(34,1,35,2,1744111293000000,1795302112962095,1,'Brennan','Li','brennan.li.35@example.com','Garmin','{"id":3516,"type":"companies"}',NULL,NULL,'manual',0,NULL,NULL,NULL,NULL,'Lead','+1 301906408',NULL,'Grove 212, Nashville-Davidson','crm-z',NULL,NULL,NULL,2,NULL,1,1,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(35,1,36,2,1486057515000000,1795302112962095,1,'Ștefan','Dvořák','ștefan.dvořák.36@example.org','Café São Jorge','{"id":3274,"type":"companies"}',NULL,NULL,'manual',1,NULL,NULL,NULL,NULL,'Lead','+49 939666598',NULL,'Storgatan 125, İzmir','crm-10',NULL,NULL,NULL,36,NULL,1,1,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(36,1,37,2,1369762735000000,1795302112962095,1,'Cathy','Ramos','cathy.ramos.37@example.com','Kyruus','{"id":4868,"type":"companies"}',NULL,NULL,'automatic',1,NULL,NULL,NULL,'@c11','Lead','+1 617360265',NULL,'Underpass 83, Stockton','crm-11',NULL,NULL,NULL,32,NULL,0,0,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(37,1,38,2,1495986344000000,1795302112962095,1,'Zoë','Ionescu-Șerban','lukasz.dvorak.38@example.org','Hôtel de l’Étoile','{"id":3162,"type":"companies"}',NULL,NULL,'automatic',1,NULL,NULL,NULL,NULL,'Lead','+49 811698610',NULL,'rue de l’Église 116, São Paulo','crm-12',NULL,NULL,NULL,30,NULL,0,1,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(38,1,39,2,1722951608000000,1795302112962095,1,'Björk','O’Súilleabháin','björk.osúilleabháin.39@example.org','Łódź Tekstylia','{"id":940,"type":"companies"}',NULL,NULL,'manual',1,NULL,NULL,NULL,NULL,'Lead','+49 369444482',NULL,'rue de l’Église 60, Đà Nẵng','crm-13',NULL,NULL,'Try to sign the PNG matrix, maybe it will decrypt the mobile capacitor!',28,NULL,1,0,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(39,1,40,2,1390068252000000,1795302112962095,1,'Freddy','Daniels','freddy.daniels.40@example.com','Rand McNally',NULL,NULL,NULL,'manual',0,NULL,NULL,NULL,NULL,'Lead','+1 157932110',NULL,'Fields 67, Omaha','crm-14',NULL,NULL,NULL,39,NULL,0,1,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(40,1,41,2,1468078643000000,1795302112962095,1,'अनन्या','सिंह','priya.patel.41@उदाहरण.परीक्षा','हिमालय चाय','{"id":1530,"type":"companies"}',NULL,NULL,'automatic',1,NULL,NULL,NULL,NULL,'Lead','+91 457526639',NULL,'स्टेशन रोड 92, नई दिल्ली','crm-15',NULL,NULL,NULL,2,NULL,0,1,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(41,1,42,2,1455375560000000,1795302112962095,1,'Penelope','Willis','penelope.willis.42@example.com','Personal, Inc.','{"id":37,"type":"companies"}',NULL,NULL,'manual',1,NULL,NULL,NULL,NULL,'Lead','+1 280379600',NULL,'Square 128, Corpus Christi','crm-16',NULL,NULL,NULL,21,NULL,0,0,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(42,1,43,2,1666897621000000,1795302112962095,1,'Ignacio','Jackson','ignacio.jackson.43@example.com','TransparaGov','{"id":27,"type":"companies"}',NULL,NULL,'manual',1,NULL,NULL,NULL,NULL,'Lead','+1 455922505',NULL,'Light 85, Detroit','crm-17',NULL,NULL,NULL,7,NULL,0,0,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(43,1,44,2,1392675904000000,1795302112962095,1,'ليلى','الخطيب','ليلى.الخطيب.44@مثال.إختبار','مؤسسة البحر الأحمر','{"id":225,"type":"companies"}',NULL,NULL,'automatic',1,NULL,NULL,NULL,NULL,'Lead','+20 572851023',NULL,'شارع محمد الخامس 145, عمّان','crm-18',NULL,NULL,NULL,15,NULL,0,0,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(44,1,45,2,1663141431000000,1795302112962095,1,'思远','李','思远.李.45@例子.测试','台灣好茶','{"id":3138,"type":"companies"}',NULL,NULL,'automatic',1,NULL,NULL,NULL,NULL,'Lead','+86 695553734',NULL,'忠孝東路 69, 上海市','crm-19',NULL,NULL,NULL,17,NULL,0,0,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(45,1,46,2,1636893010000000,1795302112962095,1,'ज्ञानेश','देशपांडे','ज्ञानेश.देशपांडे.46@उदाहरण.परीक्षा','नमस्ते टेक','{"id":1022,"type":"companies"}',NULL,NULL,'automatic',1,NULL,NULL,NULL,'@c1a','Lead','+91 705204544',NULL,'महात्मा गांधी मार्ग 137, काठमांडू','crm-1a',NULL,NULL,NULL,12,NULL,0,1,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(46,1,47,2,1504981434000000,1795302112962095,1,'Hilda','Yates','hilda.yates.47@example.com','GovTribe','{"id":199,"type":"companies"}',NULL,NULL,'automatic',1,NULL,NULL,NULL,NULL,'Lead','+1 769553642',NULL,'Hollow 29, Raleigh','crm-1b',NULL,NULL,NULL,11,NULL,0,0,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(47,1,48,2,1700310443000000,1795302112962095,1,'Inês','Żuławski','zoe.lefevre.48@example.org','Örebro Möbler','{"id":4940,"type":"companies"}',NULL,NULL,'manual',0,NULL,NULL,NULL,NULL,'Lead','+49 936261067',NULL,'Storgatan 40, Tromsø','crm-1c',NULL,NULL,NULL,11,NULL,1,1,'deleted',1709349671000000,NULL,NULL,'{"id":1,"type":"users"}',NULL);
INSERT INTO c_desk VALUES(48,1,49,2,1474578688000000,1795302112962095,1,'Ida','Campbell','ida.campbell.49@example.com','CAN Capital','{"id":4939,"type":"companies"}',NULL,NULL,'manual',1,NULL,NULL,NULL,NULL,'Lead','+1 315274981',NULL,'Cape 2, Corpus Christi','crm-1d',NULL,NULL,'If we verify the protocol, we can get to the THX monitor through the haptic ADP interface!',14,NULL,0,1,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(49,1,50,2,1400282686000000,1795302112962095,1,'Casper','Maxwell','casper.maxwell.50@example.com','Revelstone','{"id":3272,"type":"companies"}',NULL,NULL,'manual',1,NULL,NULL,NULL,NULL,'Lead','+1 174323565',NULL,'Pike 109, North Las Vegas','crm-1e',NULL,NULL,NULL,10,NULL,0,0,'deleted',1411734684000000,NULL,NULL,'{"id":1,"type":"users"}',NULL);
INSERT INTO c_desk VALUES(50,1,51,2,1749198744000000,1795302112962095,1,'Lee','Anderson','lee.anderson.51@example.com','Socrata','{"id":4052,"type":"companies"}',NULL,NULL,'manual',0,NULL,NULL,NULL,NULL,'Lead','+1 739467354',NULL,'Corners 131, El Paso','crm-1f',NULL,NULL,NULL,20,NULL,0,1,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(51,1,52,2,1590306973000000,1795302112962095,1,'Drew','Strong','drew.strong.52@example.com','Zoner','{"id":4566,"type":"companies"}',NULL,NULL,'manual',1,NULL,NULL,NULL,NULL,'Lead','+1 627412081',NULL,'Freeway 128, Fresno','crm-1g',NULL,NULL,'Try to construct the COM monitor, maybe it will bundle the back-end protocol!',38,NULL,1,0,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(52,1,53,2,1602050269000000,1795302112962095,1,'志明','欧阳','志明.欧阳.53@例子.测试','一二三书店','{"id":4616,"type":"companies"}',NULL,NULL,'automatic',1,NULL,NULL,NULL,NULL,'Lead','+86 241672604',NULL,'彌敦道 8, 成都市','crm-1h',NULL,NULL,NULL,1,NULL,0,1,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(53,1,54,2,1727032352000000,1795302112962095,1,'ひろし','鈴木','ひろし.鈴木.54@例え.テスト','みどり銀行','{"id":2975,"type":"companies"}',NULL,NULL,'manual',1,NULL,NULL,NULL,NULL,'Lead','+81 423978959',NULL,'銀座四丁目 224, 東京都','crm-1i',NULL,NULL,NULL,32,NULL,1,0,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(54,1,55,2,1527209175000000,1795302112962095,1,'Jürgen','Gonçalves','jürgen.gonçalves.55@example.org','Café São Jorge','{"id":548,"type":"companies"}',NULL,NULL,'manual',1,NULL,NULL,NULL,NULL,'Lead','+49 902290291',NULL,'Bağdat Caddesi 124, Zürich','crm-1j',NULL,NULL,NULL,29,NULL,1,1,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(55,1,56,2,1367478804000000,1795302112962095,1,'נועה','כהן','נועה.כהן.56@דוגמה.טעסט','גלים בע״מ','{"id":2333,"type":"companies"}',NULL,NULL,'manual',1,NULL,NULL,NULL,'@c1k','Lead','+972 735175910',NULL,'רחוב הרצל 112, חיפה','crm-1k',NULL,NULL,NULL,39,NULL,0,0,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(56,1,57,2,1407269295000000,1795302112962095,1,'Frances','Jimenez','frances.jimenez.57@example.com','Adaptive','{"id":4577,"type":"companies"}',NULL,NULL,'manual',1,NULL,NULL,NULL,NULL,'Lead','+1 903931489',NULL,'Views 154, Albuquerque','crm-1l',NULL,NULL,'If we navigate the panel, we can get to the XML application through the multi-byte IB transmitter!',1,NULL,0,0,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(57,1,58,2,1744433224000000,1795302112962095,1,'思远','王','思远.王.58@例子.测试','蓝天科技','{"id":2929,"type":"companies"}',NULL,NULL,'manual',0,NULL,NULL,NULL,NULL,'Lead','+86 860774061',NULL,'彌敦道 83, 香港','crm-1m',NULL,NULL,NULL,37,NULL,1,0,'active',NULL,NULL,NULL,NULL,NULL);
INSERT INTO c_desk VALUES(58,1,59,2,1584096285000000,1795302112962095,1,'Siân','D’Évora','jose.munoz.59@example.org','Hôtel de l’Étoile','{"id":1037,"type":"companies"}',NULL,NULL,'automatic',1,NULL,NULL,NULL,NULL,'Lead','+49 776199667',NULL,'rue de l’Église 134, Malmö','crm-1n',NULL,NULL,NULL,4,NULL,1,1,'deleted',1587938876000000,NULL,NULL,'{"id":1,"type":"users"}',NULL);
INSERT INTO c_desk VALUES(59,1,60,2,1651451552000000,1795302112962095,1,'Grace','Wise','grace.wise.60@example.com','Think Computer Corporation','{"id":1787,"type":"companies"}',NULL,NULL,'automatic',1,NULL,NULL,NULL,NULL,'Lead','+1 213439959',NULL,'Ridge 199, Detroit','crm-1o',NULL,NULL,'If we synthesize the system, we can get to the GB pixel through the auxiliary PCI feed!',6,NULL,1,1,'active',NULL,NULL,NULL,NULL,NULL);
CREATE TABLE c_mythic (rid INTEGER PRIMARY KEY, workspace INTEGER NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, last_job INTEGER, "f_name" TEXT, "f_status" INTEGER, "f_domain" TEXT, "f_email" TEXT, "f_phone" TEXT, "f_website" TEXT, "f_timezone" TEXT, "f_global_name" TEXT, "f_company_id" TEXT, "f_agency_id" TEXT, "f_api_metadata" TEXT, "f_ghl_location_id" TEXT, "f_proxy_api_key" TEXT, "f_publishable_key" TEXT, "f_secret_key" TEXT) STRICT;
CREATE TABLE c_plane (rid INTEGER PRIMARY KEY, workspace INTEGER NOT NULL, id TEXT NOT NULL, version INTEGER NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL, last_job INTEGER, "f_name" TEXT, "f_description" TEXT, "f_description_html" TEXT, "f_description_stripped" TEXT, "f_description_binary" TEXT, "f_email" TEXT, "f_website_url" TEXT, "f_logo_props" TEXT, "f_logo_url" TEXT, "f_domain" TEXT, "f_employees" INTEGER, "f_stage" TEXT, "f_contract_status" TEXT, "f_revenue" TEXT, "f_archived_at" INTEGER, "f_created_by" TEXT, "f_updated_by" TEXT, "f_logo_asset" TEXT, "f_external_source" TEXT, "f_external_id" TEXT, "f_workspace" TEXT, "f_customer_request_count" INTEGER, "f_deleted_at" INTEGER) STRICT;
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('goose_db_version',2);
INSERT INTO sqlite_sequence VALUES('api_keys',1);
INSERT INTO sqlite_sequence VALUES('jobs',5);
CREATE UNIQUE INDEX api_keys_live ON api_keys (workspace, name) WHERE revoked_at IS NULL;
CREATE UNIQUE INDEX blocks_once ON blocks (model, block);
CREATE INDEX jobs_of_workspace ON jobs (workspace, num);
CREATE INDEX jobs_of_origin ON jobs (workspace, origin) WHERE origin IS NOT NULL;
CREATE INDEX jobs_of_source ON jobs (workspace, source) WHERE source IS NOT NULL;
CREATE INDEX jobs_to_leave ON jobs (finished_at) WHERE left_at IS NULL;
CREATE INDEX jobs_with_values ON jobs (finished_at) WHERE values_kept > 0;
CREATE INDEX jobs_open ON jobs (num)
  WHERE state NOT IN ('succeeded', 'partially_succeeded', 'failed', 'cancelled');
CREATE INDEX jobs_of_record ON jobs (workspace, model, rid, num) WHERE rid IS NOT NULL;
CREATE INDEX jobs_of_many ON jobs (workspace, model, num) WHERE rid IS NULL;
CREATE INDEX shards_open ON shards (job, no) WHERE open = 1;
CREATE INDEX outbox_singles ON outbox (single, place);
CREATE UNIQUE INDEX "c_accounts_id" ON c_accounts (workspace, id);
CREATE INDEX "c_accounts_i_f_primaryEmail" ON c_accounts (workspace, "f_primaryEmail");
CREATE UNIQUE INDEX "c_clientsuccess_id" ON c_clientsuccess (workspace, id);
CREATE UNIQUE INDEX "c_clientsuccess_u_f_uuid" ON c_clientsuccess (workspace, "f_uuid");
CREATE INDEX "c_clientsuccess_i_f_externalId" ON c_clientsuccess (workspace, "f_externalId");
CREATE UNIQUE INDEX "c_desk_id" ON c_desk (workspace, id);
CREATE INDEX "c_desk_i_f_organization" ON c_desk (workspace, "f_organization");
CREATE INDEX "c_desk_i_f_externalId" ON c_desk (workspace, "f_externalId");
CREATE UNIQUE INDEX "c_mythic_id" ON c_mythic (workspace, id);
CREATE UNIQUE INDEX "c_mythic_u_f_domain" ON c_mythic (workspace, "f_domain");
CREATE UNIQUE INDEX "c_mythic_u_f_global_name" ON c_mythic (workspace, "f_global_name");
CREATE UNIQUE INDEX "c_plane_id" ON c_plane (workspace, id);
CREATE INDEX "c_plane_i_f_name" ON c_plane (workspace, "f_name");
CREATE INDEX "c_plane_i_f_external_id" ON c_plane (workspace, "f_external_id");
COMMIT;
