package storetest

import (
	"testing"

	"bulkpatch/store"
)

// Run runs the suite on databases that open makes, each test on one of its
// own.
func Run(t *testing.T, open func(testing.TB, store.Options) *store.Store) {
	tests := map[string]func(*testing.T, *Kit){
		"a bulk job updates what its filter selects":              bulkUpdatesSelection,
		"outcomes are told apart":                                 outcomesAreToldApart,
		"records that come to match later are left alone":         lateMatchesAreLeft,
		"records that cease to match are skipped or forced":       mismatchIsSkippedOrForced,
		"a sparse selection is updated by list":                   sparseSelection,
		"large records are taken a few at a time":                 largeChunks,
		"merges of many names are carried out":                    wideMerges,
		"a merge that makes too large a value fails its record":   mergesTooLarge,
		"the size of chunks is kept from turn to turn":            sizesAreKept,
		"a job ends that never gets on":                           noProgressRounds,
		"what others change right before a chunk counts":          othersBesideChunks,
		"a refused record costs only itself":                      refusedRecordCostsOnlyItself,
		"nested objects are merged":                               nestedObjectsMerge,
		"guards refuse with nothing written":                      guardsRefuse,
		"a claim fences off the holder before":                    claimFencesOff,
		"the rate counts the waits between chunks":                rateCountsWaits,
		"a rate is of the last seconds":                           ratesAreOfTheLastSeconds,
		"a crash in a chunk leaves nothing of it":                 crashLeavesNothing,
		"actions hold against a worker":                           actionsHoldAgainstWork,
		"pause, resume and cancel hold":                           controlsHold,
		"the states that a job came to are kept":                  transitionsAreBounded,
		"singles are applied once, and by their precondition":     singlesApplyOnce,
		"an idempotency key makes one job":                        oneKeyOneJob,
		"an idempotency key makes one retry and one undo":         oneKeyOneFollower,
		"results page through every selected record":              resultsPage,
		"a preview says what the job then does":                   previewAgrees,
		"ids keep their type":                                     idsKeepTheirType,
		"a preview foretells what fails":                          foretold,
		"a preview knows the guards":                              previewsKnowGuards,
		"a preview leaves all pending":                            previewsLeaveAllPending,
		"history names the jobs that changed a record":            historyNamesJobs,
		"imports merge, insert and report":                        importsMerge,
		"imports of the same new ids merge":                       sameNewIDsMerge,
		"imports keep newer data":                                 importsKeepNewerData,
		"generated ids meet none that a line names":               generatedIDsMeetNone,
		"other generated values meet none that a line gives":      otherGeneratedValuesMeetNone,
		"lists of jobs leave out large requests":                  listsLeaveOutLargeRequests,
		"lists of jobs of one instant are whole":                  listsOfOneInstant,
		"lists of jobs are narrowed":                              listsAreNarrowed,
		"lists of jobs end early":                                 listsOfJobsEndEarly,
		"lists are complete in every order":                       listsAreComplete,
		"pages of large records end early":                        listsEndEarly,
		"lists know further names":                                listsKnowFurtherNames,
		"pages of large changes end early":                        whatChangedEndsEarly,
		"a record is made unless it is there":                     createdUnlessThere,
		"options grow with what was accepted":                     optionsGrow,
		"a drop-down has room for a thousand options":             optionsHaveRoom,
		"a filter beyond later limits runs on":                    acceptedFiltersRunOn,
		"stamps come with the change they are of":                 stampsComeWithTheChange,
		"new and imported records are stamped":                    stampsOfNewRecords,
		"a value that needs another fails its record alone":       needsFailRecordsAlone,
		"a deleted record keeps its name in results":              deletedKeepsItsName,
		"record numbers are never given twice":                    numbersAreNeverReused,
		"workspaces see nothing of each other":                    workspacesAreApart,
		"a job says what it waits for":                            jobsSayWhatTheyWaitFor,
		"work that is put back says why and has moved":            putBackSaysWhy,
		"one job's rings hide no other's":                         wakeUpsHideNone,
		"short waits hide no longer ones":                         shortWaitsHideNoLongerOnes,
		"unfinished work is looked at page by page":               livenessComesInPages,
		"a workspace has as many open jobs as it may":             openJobsAreLimited,
		"what is noted of rings is noted step by step":            notesComeInSteps,
		"the sweep finds work that stands still":                  livenessFindsLostWork,
		"an undo restores what nobody has changed since":          undoRestores,
		"an undo can be undone, once and the same":                undoOfUndo,
		"an undo respects edits inside objects":                   undoInsideObjects,
		"an undo names what it cannot restore":                    undoNamesWhatItCannot,
		"a preview of an undo says what it then does":             previewsOfUndos,
		"a preview of a retry says what it then does":             previewsOfRetries,
		"a preview reads values of any length":                    previewsOfLongValues,
		"an undo takes chosen records":                            undoOfChosenRecords,
		"undos side by side restore each record once":             undosSideBySide,
		"an undo names what it met and whose change it was":       undoNamesConflicts,
		"no outcome confirms a guess of a secret":                 secretsConfirmNothing,
		"secrets are not restored":                                secretsAreNotRestored,
		"many undos of one job are one":                           manyUndosAreOne,
		"an undo holds against the expiry of what it needs":       anUndoHoldsAgainstExpiry,
		"a retry takes what is left":                              retryTakesTheRest,
		"a retry leaves what its chain has settled":               retriesShareAChain,
		"a chain has one open retry":                              oneRetryAtATime,
		"a retry takes one group of failures":                     retryOfOneGroup,
		"a preview can be a job":                                  previewJob,
		"values and jobs leave after their retention":             retention,
		"a job that leaves is whole until it is gone":             wholeOrGone,
		"tombstones have an end":                                  tombstonesEnd,
		"what happens to jobs is told once":                       eventsAreTold,
		"names of deleted records stay as long as a job has them": namesStay,
		"names of deleted records stay for a retry, too":          namesStayForARetry,
		"maxFailures holds in the last chunk":                     maxFailuresInTheLastChunk,
		"a retry of an undo needs the former values":              retriedUndo,
		"keys are found by their secret until revoked":            keysWork,
		"watched jobs are read together":                          watchedJobsAreReadTogether,
		"commits say which jobs they changed":                     commitsSayWhatTheyChanged,
		"shards of a job are worked on side by side":              shardsSideBySide,
		"a ring tells what of its job is in flight":               wakeUpsTellWhatIsInFlight,
		"jobs over the same records all get through":              overlappingJobs,
		"a cancel meets the last chunk":                           cancelMeetsTheLastChunk,
		"a pause meets a resume":                                  pauseMeetsResume,
		"records made at a time have numbers of their own":        numbersRace,
	}
	t.Run("an installation has a name of its own", func(t *testing.T) {
		t.Parallel()
		installationsAreNamed(t, open)
	})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, NewKit(t, open))
		})
	}
}
