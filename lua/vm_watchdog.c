/*
 * The watchdog: one thread that sees an evaluation run too long, and stops
 * it with a signal whose handler sets a hook.
 *
 * Time is that of the thread's processor, so that a busy machine fails no
 * condition; wall time counts only when PATIENCE times the limit is gone.
 * The normal path pays two atomic writes an evaluation and no clock. Only
 * the thread of the evaluation touches its Lua state (in the handler, on
 * itself: lua_sethook is made for that); the watchdog only sends. It sends
 * again at every tick until the evaluation has ended, so that a signal that
 * met an unlucky moment is followed by another. Once tripped, the hook
 * raises at every instruction: pcall cannot swallow it.
 */
#include <assert.h>
#include <errno.h>
#include <sched.h>
#include <signal.h>

#include "lua/vm_int.h"

enum { TICK_MS = 5, IDLE_TICKS = 40, PATIENCE = 20, STUCK = 5 };

/* `life` around starting and joining the thread, `lock` around the list. */
static pthread_mutex_t life = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t wake;
static pthread_t dog;
static struct vm *all;
static int leaving;
static atomic_int asleep;
static _Thread_local struct vm *volatile current;
static _Thread_local int unmasked;

static void hook(lua_State *L, lua_Debug *ar)
{
	struct vm *vm = vm_of(L);

	(void)ar;
	if (!atomic_load(&vm->trip)) {
		lua_sethook(L, NULL, 0, 0);
		return;
	}
	lua_sethook(L, hook, LUA_MASKCOUNT, 1);
	vm_poll(L);
}

void watch_hook(lua_State *L)
{
	lua_sethook(L, hook, LUA_MASKCOUNT, 1);
}

/* One loop of Lua's own C is bounded by nothing: calling a table whose
 * __call is that table pushes it again and again, which moves all values
 * before it each time (luaD_tryfuncTM, until Lua 5.5). No hook is heard
 * there. It is known by a stack that grows from signal to signal while no
 * instruction runs; all other C that pushes is done within one. */
static int is_calling_for_ever(struct vm *vm, lua_State *L)
{
	int top = lua_gettop(L);
	int grew = vm->stuck == L && top > vm->stuck_top;

	vm->stuck = L;
	vm->stuck_top = top;
	vm->stuck_times = grew ? vm->stuck_times + 1 : 0;
	return vm->stuck_times >= STUCK;
}

static void on_signal(int sig)
{
	struct vm *vm = current;
	lua_State *L;

	(void)sig;
	if (!vm || !atomic_load(&vm->trip))
		return;
	L = atomic_load(&vm->running);
	if (!L)
		return;
	watch_hook(L);
	if (vm->allocating || !is_calling_for_ever(vm, L))
		return;
	/* That loop holds no lock and leaves the state whole; the signal is
	 * not blocked (SA_NODEFER), so this may jump out of here. */
	vm->stuck_times = 0;
	lua_pushnil(L);
	lua_error(L);
}

/* ---------------------------------------------------------- the dog's side */
/* Marks the turn so that it cannot end, signals its thread, lets go. */
static void trip(struct vm *vm, uint64_t turn, enum vm_trip why)
{
	uint64_t id = turn & ~(uint64_t)3, want = id | VM_RUNNING;

	if (!atomic_compare_exchange_strong(&vm->turn, &want,
		id | VM_TRIPPING)) {
		want = id | VM_TRIPPED;
		if (!atomic_compare_exchange_strong(&vm->turn, &want,
			id | VM_TRIPPING))
			return;
	}
	if (!atomic_load(&vm->trip))
		atomic_store(&vm->trip, why);
	pthread_kill(vm->thread, SIGURG);
	atomic_store(&vm->turn, id | VM_TRIPPED);
}

/* Processor time of the evaluation's thread; -1 when it has gone. */
static int64_t cpu_us(const struct vm *vm)
{
	struct timespec t;

	if (clock_gettime(vm->cpu_clock, &t) == -1)
		return -1;
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Three quarters: the first look came up to a tick after the beginning. */
static int is_over(const struct vm *vm, uint32_t limit_ms)
{
	int64_t used;

	if (!limit_ms || vm->seen_ms < limit_ms)
		return 0;
	used = cpu_us(vm) - vm->seen_cpu_us;
	return used >= (int64_t)limit_ms * 750 ||
		vm->seen_ms / PATIENCE >= limit_ms;
}

/* Looks at one vm; 1 when it runs. */
static int look(struct vm *vm, uint32_t passed_ms)
{
	uint64_t turn = atomic_load(&vm->turn);
	uint32_t limit = atomic_load(&vm->limit_ms);

	if ((turn & 3) == VM_IDLE)
		return 0;
	if (turn >> 2 != vm->seen_turn) {
		vm->seen_turn = turn >> 2;
		vm->seen_ms = 0;
		vm->seen_cpu_us = cpu_us(vm);
	} else {
		vm->seen_ms += passed_ms;
	}
	if (atomic_load(&vm->asked))
		trip(vm, turn, TRIP_INTERRUPT);
	else if (is_over(vm, limit))
		trip(vm, turn, TRIP_TIME);
	return 1;
}

static int look_at_all(uint32_t passed_ms)
{
	struct vm *vm;
	int busy = 0;

	for (vm = all; vm; vm = vm->next)
		busy += look(vm, passed_ms);
	return busy;
}

static int64_t now_ms(struct timespec *t)
{
	clock_gettime(CLOCK_MONOTONIC, t);
	return (int64_t)t->tv_sec * 1000 + t->tv_nsec / 1000000;
}

/* Sleeps a tick. A longer pause (a stopped process) counts as two ticks, so
 * that nobody is blamed for it. */
static uint32_t tick(void)
{
	struct timespec t, end;
	int64_t before = now_ms(&t), passed;

	t.tv_nsec += TICK_MS * 1000000L;
	if (t.tv_nsec >= 1000000000L) {
		t.tv_nsec -= 1000000000L;
		t.tv_sec++;
	}
	pthread_cond_timedwait(&wake, &lock, &t);
	passed = now_ms(&end) - before;
	return (uint32_t)(passed > 2 * TICK_MS ? 2 * TICK_MS : passed);
}

static void *watch(void *ud)
{
	int quiet = 0;

	(void)ud;
	pthread_mutex_lock(&lock);
	while (!leaving) {
		quiet = look_at_all(tick()) ? 0 : quiet + 1;
		if (quiet < IDLE_TICKS)
			continue;
		atomic_store(&asleep, 1);
		while (!leaving && atomic_load(&asleep) && !look_at_all(0))
			pthread_cond_wait(&wake, &lock);
		atomic_store(&asleep, 0);
		quiet = 0;
	}
	pthread_mutex_unlock(&lock);
	return NULL;
}

/* ------------------------------------------------------------- start, stop */
static int start_dog(struct err *err)
{
	struct sigaction sa = {.sa_handler = on_signal,
		.sa_flags = SA_RESTART | SA_NODEFER};
	pthread_condattr_t attr;
	sigset_t every, old;
	int rc;

	sigemptyset(&sa.sa_mask);
	sigaction(SIGURG, &sa, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&wake, &attr);
	pthread_condattr_destroy(&attr);
	leaving = 0;
	sigfillset(&every);
	pthread_sigmask(SIG_SETMASK, &every, &old);
	rc = pthread_create(&dog, NULL, watch, NULL);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (rc == 0)
		return 0;
	pthread_cond_destroy(&wake);
	errno = rc;
	return err_errno(err, ERR_STATE, "cannot start the Lua watchdog");
}

int watch_add(struct vm *vm, struct err *err)
{
	int rc = 0;

	pthread_mutex_lock(&life);
	pthread_mutex_lock(&lock);
	if (!all)
		rc = start_dog(err);
	if (rc == 0) {
		vm->next = all;
		all = vm;
	}
	pthread_mutex_unlock(&lock);
	pthread_mutex_unlock(&life);
	return rc;
}

void watch_remove(struct vm *vm)
{
	struct vm **p;
	int last;

	pthread_mutex_lock(&life);
	pthread_mutex_lock(&lock);
	for (p = &all; *p != vm; p = &(*p)->next)
		assert(*p);
	*p = vm->next;
	last = !all;
	if (last) {
		leaving = 1;
		pthread_cond_signal(&wake);
	}
	pthread_mutex_unlock(&lock);
	if (last) {
		pthread_join(dog, NULL);
		pthread_cond_destroy(&wake);
	}
	pthread_mutex_unlock(&life);
}

/* -------------------------------------------------- the evaluation's side */
static void rouse(void)
{
	pthread_mutex_lock(&lock);
	atomic_store(&asleep, 0);
	pthread_cond_signal(&wake);
	pthread_mutex_unlock(&lock);
}

void watch_begin(struct vm *vm)
{
	uint64_t turn = atomic_load(&vm->turn);

	assert((turn & 3) == VM_IDLE);
	if (!unmasked) {
		sigset_t s;

		sigemptyset(&s);
		sigaddset(&s, SIGURG);
		pthread_sigmask(SIG_UNBLOCK, &s, NULL);
		unmasked = 1;
	}
	vm->thread = pthread_self();
	pthread_getcpuclockid(vm->thread, &vm->cpu_clock);
	/* the store of `turn` below publishes all this */
	atomic_store_explicit(&vm->trip, TRIP_NONE, memory_order_relaxed);
	atomic_store_explicit(&vm->running, vm->L, memory_order_relaxed);
	vm->outer = current;
	current = vm;
	atomic_store(&vm->turn, ((turn >> 2) + 1) << 2 | VM_RUNNING);
	if (atomic_load(&asleep))
		rouse();
}

void watch_end(struct vm *vm)
{
	uint64_t id = atomic_load(&vm->turn) & ~(uint64_t)3, want;

	for (;;) {
		want = id | VM_RUNNING;
		if (atomic_compare_exchange_strong(&vm->turn, &want,
			id | VM_IDLE))
			break;
		want = id | VM_TRIPPED;
		if (atomic_compare_exchange_strong(&vm->turn, &want,
			id | VM_IDLE))
			break;
		sched_yield();
	}
	current = vm->outer;
	atomic_store_explicit(&vm->running, NULL, memory_order_relaxed);
	if (atomic_load_explicit(&vm->asked, memory_order_relaxed))
		atomic_store(&vm->asked, 0);
}

void vm_interrupt(struct vm *vm)
{
	atomic_store(&vm->asked, 1);
	rouse();
}
