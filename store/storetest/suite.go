package storetest

import (
	"testing"

	"bulkpatch/store"
)

// Run runs the suite but for its tests of large values. Each test gets its own
// database from open.
func Run(t *testing.T, open func(testing.TB, store.Options) *store.Store) {
	RunSideBySide(t, open)
	RunInTurn(t, open)
}

// RunSideBySide runs the tests in which several callers or workers use one store at
// the same time.
func RunSideBySide(t *testing.T, open func(testing.TB, store.Options) *store.Store) {
	runEach(t, sideBySide, open)
}

// RunInTurn runs the tests in which one call of the store follows the other.
func RunInTurn(t *testing.T, open func(testing.TB, store.Options) *store.Store) {
	t.Run("an installation has a name of its own", func(t *testing.T) {
		t.Parallel()
		installationsAreNamed(t, open)
	})
	runEach(t, inTurn, open)
}

// RunLarge runs the tests of values of about a mebibyte. Most of their time goes
// into copying and comparing bytes, which takes the race detector many times as
// long; the same statements run with small values in [Run].
func RunLarge(t *testing.T, open func(testing.TB, store.Options) *store.Store) {
	runEach(t, largeTests, open)
}

func runEach(t *testing.T, tests map[string]func(*testing.T, *Kit), open func(testing.TB, store.Options) *store.Store) {
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, NewKit(t, open))
		})
	}
}

// sideBySide, inTurn and largeTests are the promises of a store, each with the test
// that checks it.
var sideBySide = map[string]func(*testing.T, *Kit){
	"actions hold while a worker works":                       actionsHoldAgainstWork,
	"an idempotency key makes one job":                        oneKeyOneJob,
	"an idempotency key makes one retry and one undo":         oneKeyOneFollower,
	"imports of the same new ids at the same time merge":      sameNewIDsMerge,
	"lists of jobs end early":                                 listsOfJobsEndEarly,
	"a record is created unless it exists":                    createdUnlessThere,
	"a workspace may add a thousand choices to a drop-down":   choicesHaveRoom,
	"the brake stops the resolving of a filter":               brakeStopsResolving,
	"no record changes while the brake is on":                 brakeHoldsAgainstWork,
	"undos at the same time restore each record once":         undosSideBySide,
	"many undos of one job make one job":                      manyUndosAreOne,
	"an undo keeps the values that it needs from expiring":    anUndoHoldsAgainstExpiry,
	"a chain has one open retry":                              oneRetryAtATime,
	"each step of a job is reported once":                     eventsAreTold,
	"rotations of a key at the same time happen one by one":   rotationsRace,
	"watched jobs are read together":                          watchedJobsAreReadTogether,
	"commits say which jobs they changed":                     commitsSayWhatTheyChanged,
	"shards of a job are worked on at the same time":          shardsSideBySide,
	"jobs over the same records all finish":                   overlappingJobs,
	"a cancel meets the last chunk":                           cancelMeetsTheLastChunk,
	"a pause meets a resume":                                  pauseMeetsResume,
	"records created at the same time have different numbers": numbersRace,
	"a sender leaves out what it has enough of":               sendersShare,
}

var inTurn = map[string]func(*testing.T, *Kit){
	"a bulk job updates what its filter selects":                 bulkUpdatesSelection,
	"each record has the right outcome":                          outcomesAreToldApart,
	"records that match only later are not changed":              lateMatchesAreLeft,
	"records that cease to match are skipped or forced":          mismatchIsSkippedOrForced,
	"a sparse selection is updated by a list of numbers":         sparseSelection,
	"a merge may have many names":                                wideMerges,
	"values are computed once for each record":                   computedOnce,
	"a retry computes no record twice":                           computedAgain,
	"values are computed from what is there by then":             computedFromWhatIsThere,
	"rules across fields hold for computed values":               computedByRules,
	"a single can compute values":                                computedAlone,
	"the next lease takes over the size of chunks":               sizesAreKept,
	"a job without progress fails":                               noProgressRounds,
	"a chunk sees changes made right before it":                  othersBesideChunks,
	"a record that the database refuses fails alone":             refusedRecordCostsOnlyItself,
	"nested objects are merged":                                  nestedObjectsMerge,
	"a guard fails the job before any record is written":         guardsRefuse,
	"a claim fences off the previous lease":                      claimFencesOff,
	"the rate includes the waits between chunks":                 rateCountsWaits,
	"the rate is of the last seconds":                            ratesAreOfTheLastSeconds,
	"a crash in a chunk leaves nothing of it":                    crashLeavesNothing,
	"pause, resume and cancel take effect":                       controlsHold,
	"the states that a job went through are kept":                transitionsAreBounded,
	"a single is applied once, if its precondition holds":        singlesApplyOnce,
	"results page through every selected record":                 resultsPage,
	"one record's result is found by its id":                     resultsOfOneRecord,
	"jobs and workspaces keep their pace":                        jobsKeepTheirPace,
	"a retry takes the failures of one field":                    retryOfOneField,
	"a preview tells what the job then does":                     previewAgrees,
	"ids keep their type":                                        idsKeepTheirType,
	"a preview checks the guards":                                previewsKnowGuards,
	"a preview changes no record":                                previewsLeaveAllPending,
	"history names the jobs that changed a record":               historyNamesJobs,
	"imports merge, insert and report":                           importsMerge,
	"imports keep newer data":                                    importsKeepNewerData,
	"a generated id is never one that a line names":              generatedIDsMeetNone,
	"another generated value is never one that a line gives":     otherGeneratedValuesMeetNone,
	"lists of jobs leave out large requests":                     listsLeaveOutLargeRequests,
	"lists of jobs accepted at the same instant are complete":    listsOfOneInstant,
	"lists of jobs can be filtered":                              listsAreNarrowed,
	"lists are complete in every order":                          listsAreComplete,
	"lists of what an index finds are in order":                  soughtAreInOrder,
	"filters know the names related to fields":                   listsKnowFurtherNames,
	"accepted values become choices of a drop-down":              choicesGrow,
	"a job whose filter exceeds a later limit goes on":           acceptedFiltersRunOn,
	"stamps are set with the change that they tell of":           stampsComeWithTheChange,
	"new and imported records are stamped":                       stampsOfNewRecords,
	"a value that lacks another it needs fails its record alone": needsFailRecordsAlone,
	"a deleted record keeps its name in results":                 deletedKeepsItsName,
	"record numbers are never reused":                            numbersAreNeverReused,
	"workspaces see nothing of each other":                       workspacesAreApart,
	"a job says what it waits for":                               jobsSayWhatTheyWaitFor,
	"the brake holds all jobs but singles and previews":          brakeHoldsAllButSmallWork,
	"the brake leaves actions on jobs alone":                     brakeLeavesActions,
	"the brake is on while either switch is":                     brakeHasTwoSwitches,
	"the jobs that the brake would hold are counted":             brakedJobsAreCounted,
	"the brake stops imports":                                    brakeStopsImports,
	"work that is put back says why, and counts as alive":        putBackSaysWhy,
	"one job's wake-ups hide no other's":                         wakeUpsHideNone,
	"short waits do not hide longer ones":                        shortWaitsHideNoLongerOnes,
	"liveness is read page by page":                              livenessComesInPages,
	"open jobs of a workspace are limited":                       openJobsAreLimited,
	"wake-ups that cannot be sent are marked step by step":       notesComeInSteps,
	"the sweep finds work that stands still":                     livenessFindsLostWork,
	"an undo restores what nobody has changed since":             undoRestores,
	"an undo can be undone, once":                                undoOfUndo,
	"an undo respects edits inside objects":                      undoInsideObjects,
	"an undo names what it cannot restore":                       undoNamesWhatItCannot,
	"a preview of an undo tells what it then does":               previewsOfUndos,
	"a preview of a retry tells what it then does":               previewsOfRetries,
	"an undo can take chosen records":                            undoOfChosenRecords,
	"an undo names the changes it met and who made them":         undoNamesConflicts,
	"no outcome confirms a guess of a secret":                    secretsConfirmNothing,
	"secrets are not restored":                                   secretsAreNotRestored,
	"a retry takes the remaining records":                        retryTakesTheRest,
	"a retry leaves what another job of its chain has done":      retriesShareAChain,
	"a retry takes one group of failures":                        retryOfOneGroup,
	"a preview can be a job":                                     previewJob,
	"values and jobs expire after their retention":               retention,
	"an expired job is whole until it is a tombstone":            wholeOrGone,
	"tombstones are purged":                                      tombstonesEnd,
	"ids of deleted records stay as long as a job names them":    namesStay,
	"ids of deleted records stay for a retry, too":               namesStayForARetry,
	"maxFailures holds in the last chunk":                        maxFailuresInTheLastChunk,
	"a retry of an undo needs the former values":                 retriedUndo,
	"a key is found by its secret until it is revoked":           keysWork,
	"an expired key is as good as a revoked one":                 keysExpire,
	"administrators manage the keys of their workspace":          keysAreManaged,
	"a secret works until it is replaced and its overlap ends":   secretsEnd,
	"few secrets of a key work at a time":                        secretsAreLimited,
	"an admin key that was rotated does not come back":           rotatedStaysRotated,
	"jobs and actions on them are audited":                       jobsAreAudited,
	"records and imports are audited":                            recordsAreAudited,
	"keys are audited":                                           keysAreAudited,
	"sessions are audited":                                       sessionsAreAudited,
	"the brake is audited":                                       brakeIsAudited,
	"lists of audit entries are complete":                        entriesAreListed,
	"audit entries expire":                                       entriesExpire,
	"a session ends by itself and with its key":                  sessionsEnd,
	"a session ends with the secret it was made with":            sessionsEndWithTheirSecret,
	"a key has a limited number of sessions":                     aKeyHasFewSessions,
	"the database tells its name":                                serverHasAName,
	"the outbox tells how much waits in it":                      outboxIsCounted,
	"a wake-up names the call that made its job":                 wakeUpsNameTheCall,
	"a wake-up tells how much of its job is in flight":           wakeUpsTellWhatIsInFlight,
	"the end of a job with a webhook is due once":                endsAreDelivered,
	"failed attempts of a webhook are repeated with one body":    attemptsAreRepeated,
	"the time for attempts of a webhook ends":                    attemptsEnd,
	"a delivery can be asked for again":                          deliveriesAreAskedFor,
	"a retry calls the webhook of its parent job":                retriesCallToo,
	"ends that nobody made due are found":                        lostEndsAreFound,
	"secrets of webhooks overlap":                                webhookSecretsOverlap,
	"deliveries expire with their job":                           deliveriesExpire,
	"every row of a file has its outcome":                        everyRowHasItsOutcome,
	"results of rows are filtered":                               resultsOfRowsAreFiltered,
	"rows find their records by any key":                         rowsFindRecordsByAnyKey,
	"records that change meanwhile are left or forced":           recordsThatChangeMeanwhile,
	"cells may clear":                                            cellsMayClear,
	"values of rows break rules":                                 valuesOfRowsBreakRules,
	"rows may bring choices as long as there is room":            rowsBringManyChoices,
	"a file job is guarded by its rows":                          fileJobsAreGuarded,
	"rows are kept as long as former values":                     rowsAreKeptForATime,
	"each row has one outcome":                                   eachRowHasOneOutcome,
	"an uploaded file is kept until it is deleted":               filesAreKept,
	"lists of files are complete":                                filesAreListed,
	"an upload that fails leaves nothing":                        failedUploads,
	"a file that no job uses expires":                            filesExpire,
}

var largeTests = map[string]func(*testing.T, *Kit){
	"large records make small chunks":                       largeChunks,
	"a merge that makes too large a value fails its record": mergesTooLarge,
	"large rows make small chunks":                          largeRowsMakeSmallChunks,
	"large computed values make small chunks":               computedChunksAreBounded,
	"values that take long to compute make small chunks":    slowComputations,
	"a preview tells what will fail":                        foretold,
	"pages of large records end early":                      listsEndEarly,
	"pages of large changes end early":                      whatChangedEndsEarly,
	"a preview reads values of any length":                  previewsOfLongValues,
}
