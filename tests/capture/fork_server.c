/* Starts tshark once and runs it often: an LD_PRELOAD library for the capture tests, most of whose time would else be
 * that in which tshark registers more than 200,000 fields.
 *
 * In a program with MW_FORK_SOCKET in its environment (a descriptor of a Unix socket of sequential packets),
 * epan_init() registers all dissectors and plugins, and then serves runs until the other end closes the socket. Each
 * is a process of its own, forked there, which calls main() anew with its own arguments; only what is registered
 * already is not registered again. A request is the arguments, each with a NUL behind it, and descriptors for standard
 * output and error. The answers are the process id and, when the process has ended, its wait status, an int each.
 *
 * Options that are read before dissectors are registered (-C, -X) cannot be served so; see fork_server.py.
 *
 * SPDX-License-Identifier: GPL-2.0-or-later */
#define _GNU_SOURCE /* RTLD_NEXT */
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_REQUEST 65536
#define OUTPUTS 2 /* standard output, standard error */
#define VARIABLE "MW_FORK_SOCKET"

/* The versions of Wireshark give epan_init() and wtap_init() different arguments; these are words enough for all. */
#define WORDS uintptr_t a, uintptr_t b, uintptr_t c, uintptr_t d, uintptr_t e, uintptr_t f
#define SAME_WORDS a, b, c, d, e, f

typedef int main_function(int argc, char **argv, char **environment);
typedef int start_function(main_function *program, int argc, char **argv, void (*init)(void), void (*fini)(void),
                           void (*loader_fini)(void), void *stack_end);
typedef uintptr_t init_function(WORDS);

extern char **environ;
start_function __libc_start_main;
init_function epan_init, wtap_init;

static main_function *program_main;
static bool registered;

/* The address of a variable or function in the library that would have had it without this one. */
static void *next(const char *name)
{
    void *found = dlsym(RTLD_NEXT, name);
    if (!found)
        abort();
    return found;
}

/* Octets of the next request, 0 at the end; one that is too long or without descriptors ends the server. */
static size_t receive(int server, char request[MAX_REQUEST], int outputs[OUTPUTS])
{
    union {
        char octets[CMSG_SPACE(OUTPUTS * sizeof(int))];
        struct cmsghdr aligned;
    } control;
    struct iovec part = { request, MAX_REQUEST };
    struct msghdr message = {
        .msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control
    };
    ssize_t length = recvmsg(server, &message, MSG_CMSG_CLOEXEC);
    if (length <= 0)
        return 0;
    const struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    if (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC) || !header || request[length - 1])
        abort();
    memcpy(outputs, CMSG_DATA(header), OUTPUTS * sizeof(int));
    return (size_t)length;
}

/* In the forked process: what a process started with these arguments would do. */
_Noreturn static void run(char *request, size_t length, const int outputs[OUTPUTS])
{
    int argc = 0;
    char **argv = calloc(length + 1, sizeof *argv);
    if (!argv || dup2(outputs[0], STDOUT_FILENO) < 0 || dup2(outputs[1], STDERR_FILENO) < 0)
        abort();
    for (char *word = request; word < request + length; word += strlen(word) + 1)
        argv[argc++] = word;
    *(int *)next("ws_optind") = 1;
    *(int *)next("ws_optreset") = 1;
    exit(program_main(argc, argv, environ));
}

static void serve(int server)
{
    static char request[MAX_REQUEST];
    int outputs[OUTPUTS], status;
    size_t length;

    while ((length = receive(server, request, outputs)) > 0) {
        pid_t process = fork();
        if (process < 0)
            abort();
        if (process == 0) {
            close(server);
            run(request, length, outputs);
        }
        close(outputs[0]);
        close(outputs[1]);
        if (send(server, &process, sizeof process, MSG_NOSIGNAL) < 0 || waitpid(process, &status, 0) < 0 ||
            send(server, &status, sizeof status, MSG_NOSIGNAL) < 0)
            break;
    }
    _exit(0);
}

uintptr_t epan_init(WORDS)
{
    const char *server = getenv(VARIABLE);
    if (registered)
        return true;
    uintptr_t done = ((init_function *)next("epan_init"))(SAME_WORDS);
    registered = server != NULL;
    if (server && (bool)done)
        serve(atoi(server));
    return done;
}

uintptr_t wtap_init(WORDS)
{
    return registered ? 0 : ((init_function *)next("wtap_init"))(SAME_WORDS);
}

int __libc_start_main(main_function *program, int argc, char **argv, void (*init)(void), void (*fini)(void),
                      void (*loader_fini)(void), void *stack_end)
{
    program_main = program;
    return ((start_function *)next("__libc_start_main"))(program, argc, argv, init, fini, loader_fini, stack_end);
}
