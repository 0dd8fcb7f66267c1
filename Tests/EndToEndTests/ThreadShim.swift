// SPDX-License-Identifier: Apache-2.0

import Foundation
import TestSupport

/// Makes a program believe that the machine has another number of processors, and so gives its tasks as many threads.
///
/// The pool of Swift's tasks has a thread for each processor that `pthread_getaffinity_np` tells of, and there is no
/// setting for it: a library that is loaded before the C library answers in its stead.
enum ThreadShim {
    private static let source = """
        #define _GNU_SOURCE
        #include <pthread.h>
        #include <sched.h>
        #include <stdlib.h>
        #include <string.h>
        int pthread_getaffinity_np(pthread_t thread, size_t size, cpu_set_t *set) {
            const char *count = getenv("TEST_PROCESSORS");
            memset(set, 0, size);
            for (int i = 0; i < (count ? atoi(count) : 1); i++) CPU_SET_S(i, size, set);
            return 0;
        }
        """

    /// Builds the library and returns the command to put before a program's.
    static func prefix(threads: Int, in fixture: Fixture) async throws -> [String] {
        let folder = try fixture.temporaryDirectory()
        try source.write(toFile: folder + "/threads.c", atomically: true, encoding: .utf8)
        // The Swift toolchain has a C compiler.
        let built = try await run(
            "clang",
            ["-shared", "-fPIC", "-O1", "-o", folder + "/threads.so", folder + "/threads.c"]
        )
        guard built.isSuccess else { throw Stage.Missing(description: "no library: \(built.errorText)") }
        return ["env", "LD_PRELOAD=\(folder)/threads.so", "TEST_PROCESSORS=\(threads)"]
    }
}
