using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>
/// The command mailbox: control fills the request and raises <see cref="Requested"/>; the housekeeping thread carries it out,
/// fills the result and sets <see cref="Acknowledged"/> to the same number. One command at a time.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 1024)]
public unsafe struct Mailbox
{
    /// <summary>Number of the last request.</summary>
    public ulong Requested;

    /// <summary>The command (<see cref="MailboxCommand"/>).</summary>
    public uint Command;

    /// <summary>Its argument, for example a port index.</summary>
    public uint Argument;

    /// <summary>More of it.</summary>
    public ulong Value;

    private readonly ulong _pad0;
    private readonly ulong _pad1;
    private readonly ulong _pad2;
    private readonly ulong _pad3;
    private readonly ulong _pad4;

    /// <summary>Number of the last request that was carried out (on a line of its own: the housekeeping thread writes from here on).</summary>
    public ulong Acknowledged;

    /// <summary>0 = done, else a negative errno.</summary>
    public int Result;

    /// <summary>What went wrong, UTF-8, zero-terminated.</summary>
    public fixed byte Text[256];
}
