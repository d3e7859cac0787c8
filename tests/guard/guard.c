/* LD_PRELOAD beside sitecustomize.py: the same for native code (Rust, C++) that calls the C library itself. Linux. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void report(const char *call, const char *host) {
    char line[512];
    const char *path = getenv("LUXIANTU_GUARD");
    int file = path ? open(path, O_WRONLY | O_APPEND | O_CREAT, 0600) : -1;
    if (file < 0) return;
    int size = snprintf(line, sizeof line, "%s %s by process %d (native)\n", call, host, (int)getpid());
    if (write(file, line, size < (int)sizeof line ? size : (int)sizeof line - 1) < 0) { /* nothing more can be done */ }
    close(file);
}

/* 1: this machine, or no address of the internet at all */
static int is_here(const struct sockaddr *to) {
    if (!to) return 1;
    if (to->sa_family == AF_INET) {
        uint32_t host = ntohl(((const struct sockaddr_in *)to)->sin_addr.s_addr);
        return host >> 24 == 127 || host == 0;
    }
    if (to->sa_family == AF_INET6) {
        const struct in6_addr *host = &((const struct sockaddr_in6 *)to)->sin6_addr;
        if (IN6_IS_ADDR_V4MAPPED(host)) return host->s6_addr[12] == 127;
        return IN6_IS_ADDR_LOOPBACK(host) || IN6_IS_ADDR_UNSPECIFIED(host);
    }
    return 1;
}

static int refused(const char *call, const struct sockaddr *to) {
    char host[INET6_ADDRSTRLEN] = "?";
    if (is_here(to)) return 0;
    const void *raw = to->sa_family == AF_INET ? (const void *)&((const struct sockaddr_in *)to)->sin_addr : (const void *)&((const struct sockaddr_in6 *)to)->sin6_addr;
    inet_ntop(to->sa_family, raw, host, sizeof host);
    report(call, host);
    errno = ENETUNREACH;
    return 1;
}

int connect(int link, const struct sockaddr *to, socklen_t size) {
    static int (*real)(int, const struct sockaddr *, socklen_t);
    if (!real) real = dlsym(RTLD_NEXT, "connect");
    return refused("connect", to) ? -1 : real(link, to, size);
}

ssize_t sendto(int link, const void *data, size_t length, int flags, const struct sockaddr *to, socklen_t size) {
    static ssize_t (*real)(int, const void *, size_t, int, const struct sockaddr *, socklen_t);
    if (!real) real = dlsym(RTLD_NEXT, "sendto");
    return refused("sendto", to) ? -1 : real(link, data, length, flags, to, size);
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found) {
    static int (*real)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    struct in6_addr number;
    if (!real) real = dlsym(RTLD_NEXT, "getaddrinfo");
    int named = node && *node && strcmp(node, "localhost") && inet_pton(AF_INET, node, &number) != 1 && !strchr(node, ':');
    if (named) {
        report("getaddrinfo", node);
        return EAI_NONAME;
    }
    return real(node, service, hints, found);
}
