/* hop CORE CORE: time stamp counter cycles in which one core answers the other through a cache line, there and back; the median of 101.
 * Some 250 where they share a cache, more than 1000 where they do not; a virtual machine's cores move between the two. */
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <x86intrin.h>

enum { ROUNDS = 101, TURNS = 2000 };
static _Atomic long ball __attribute__((aligned(128)));
static _Atomic int ready __attribute__((aligned(128)));

static void pin(int core)
{
	cpu_set_t set;
	CPU_ZERO(&set);
	CPU_SET(core, &set);
	if (sched_setaffinity(0, sizeof(set), &set) != 0) {
		perror("hop: sched_setaffinity");
		exit(1);
	}
}

static void *answer(void *core)
{
	pin(*(int *)core);
	ready = 1;
	for (long i = 0; i < (long)ROUNDS * TURNS; i++) {
		while (atomic_load(&ball) != 2 * i + 1)
			;
		atomic_store(&ball, 2 * i + 2);
	}
	return NULL;
}

static int order(const void *a, const void *b)
{
	return *(const unsigned long *)a < *(const unsigned long *)b ? -1 : 1;
}

int main(int argc, char **argv)
{
	if (argc != 3) {
		fprintf(stderr, "usage: hop CORE CORE\n");
		return 2;
	}
	int cores[2] = { atoi(argv[1]), atoi(argv[2]) };
	unsigned long took[ROUNDS];
	pthread_t other;
	if (pthread_create(&other, NULL, answer, &cores[1]) != 0)
		return 1;
	while (!ready)
		usleep(1000);
	pin(cores[0]);
	long i = 0;
	for (int r = 0; r < ROUNDS; r++) {
		unsigned long begun = __rdtsc();
		for (int n = 0; n < TURNS; n++, i++) {
			atomic_store(&ball, 2 * i + 1);
			while (atomic_load(&ball) != 2 * i + 2)
				;
		}
		took[r] = (__rdtsc() - begun) / TURNS;
	}
	pthread_join(other, NULL);
	qsort(took, ROUNDS, sizeof(took[0]), order);
	printf("%lu\n", took[ROUNDS / 2]);
	return 0;
}
