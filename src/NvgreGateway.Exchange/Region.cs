using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>
/// One mapped region: a file that processes share, or private memory for tests and <c>replay</c>. Owns the mapping; the file stays
/// until somebody deletes it.
/// </summary>
internal sealed unsafe class Region : IDisposable
{
    private readonly nuint _length;

    private Region(byte* memory, nuint length, string? path)
    {
        Memory = memory;
        _length = length;
        Path = path;
    }

    /// <summary>First byte; null after <see cref="Dispose"/>.</summary>
    internal byte* Memory { get; private set; }

    internal ulong Length => _length;

    internal string? Path { get; }

    internal static Region Private(ulong bytes)
    {
        void* p = Libc.Map(null, (nuint)bytes, Libc.ProtRead | Libc.ProtWrite, Libc.MapPrivate | Libc.MapAnonymous | Libc.MapNoReserve, -1, 0);
        return p == (void*)-1 ? throw Failed("map", "private memory", bytes) : new Region((byte*)p, (nuint)bytes, null);
    }

    /// <summary>Makes a zeroed file of a size and maps it, or maps the one that is there.</summary>
    /// <param name="path">In hugetlbfs or a shared-memory file system.</param>
    /// <param name="bytes">Size; in hugetlbfs a multiple of the page size.</param>
    /// <param name="create">Whether it must be new.</param>
    internal static Region File(string path, ulong bytes, bool create)
    {
        int flags = Libc.OpenReadWrite | Libc.OpenCloseOnExec | (create ? Libc.OpenCreate | Libc.OpenExclusive : 0);
        int fd = Libc.Open(path, flags, 0x180);
        if (fd < 0)
        {
            throw Failed("open", path, bytes);
        }

        try
        {
            if (create && Libc.Truncate(fd, (long)bytes) != 0)
            {
                throw Failed("size", path, bytes);
            }

            void* p = Libc.Map(null, (nuint)bytes, Libc.ProtRead | Libc.ProtWrite, Libc.MapShared, fd, 0);
            return p == (void*)-1 ? throw Failed("map", path, bytes) : new Region((byte*)p, (nuint)bytes, path);
        }
        finally
        {
            _ = Libc.Close(fd); // nothing was written through the descriptor: closing cannot lose anything
        }
    }

    public void Dispose()
    {
        if (Memory != null)
        {
            _ = Libc.Unmap(Memory, _length); // fails only for arguments that mmap did not give
            Memory = null;
        }
    }

    private static IOException Failed(string what, string where, ulong bytes) =>
        new($"cannot {what} {where} ({bytes} bytes): {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
}
