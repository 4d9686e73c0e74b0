using System.Runtime.InteropServices;

namespace NvgreGateway.Packets.Tests;

/// <summary>
/// Memory with an inaccessible page right behind it, and one before it: whatever reads a byte too far ends the test
/// process instead of passing.
/// </summary>
internal sealed unsafe partial class GuardedMemory : IDisposable
{
    private const int ProtNone = 0;
    private const int ProtReadWrite = 3;
    private const int MapPrivateAnonymous = 0x22;

    private readonly nuint _mapped;
    private readonly byte* _base;

    public GuardedMemory(uint size)
    {
        uint page = (uint)Environment.SystemPageSize;
        Size = (size + page - 1) / page * page;
        _mapped = Size + (2 * page);
        nint at = Map(0, _mapped, ProtNone, MapPrivateAnonymous, -1, 0);
        if (at == -1)
        {
            throw new OutOfMemoryException("mmap");
        }

        _base = (byte*)at + page;
        if (Protect(_base, Size, ProtReadWrite) != 0)
        {
            throw new InvalidOperationException("mprotect");
        }
    }

    public uint Size { get; }

    public byte* Start => _base;

    public byte* End => _base + Size;

    /// <summary>Puts bytes so that the next one behind them is inaccessible.</summary>
    public byte* PlaceAtEnd(ReadOnlySpan<byte> bytes)
    {
        byte* at = End - bytes.Length;
        bytes.CopyTo(new Span<byte>(at, bytes.Length));
        return at;
    }

    public void Dispose() => Unmap(_base - Environment.SystemPageSize, _mapped);

    [LibraryImport("libc", EntryPoint = "mmap")]
    private static partial nint Map(nint address, nuint length, int protection, int flags, int file, nint offset);

    [LibraryImport("libc", EntryPoint = "mprotect")]
    private static partial int Protect(byte* address, nuint length, int protection);

    [LibraryImport("libc", EntryPoint = "munmap")]
    private static partial int Unmap(byte* address, nuint length);
}
