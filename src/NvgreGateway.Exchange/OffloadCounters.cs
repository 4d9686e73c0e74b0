using System.Runtime.InteropServices;

namespace NvgreGateway.Exchange;

/// <summary>
/// What one worker counts of the requests of frames that left through one port (C-072): who settled them. A frame that is cut is counted
/// once, however many segments it becomes; its checksums are not counted besides.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 48)]
public struct OffloadCounters
{
    /// <summary>Frames whose checksum the device was asked to complete.</summary>
    public ulong SumsAsked;

    /// <summary>Frames whose checksum was completed in software.</summary>
    public ulong SumsDone;

    /// <summary>Frames that the device, or whoever sits behind it, was asked to cut.</summary>
    public ulong CutsAsked;

    /// <summary>Frames that were cut in software.</summary>
    public ulong CutsDone;

    /// <summary>Frames that were made of several received ones, which the device, or whoever sits behind it, was asked to cut or take whole (C-025).</summary>
    public ulong Joins;

    /// <summary>The received frames that those were made of.</summary>
    public ulong Joined;
}
