namespace NvgreGateway.Control.Statistics;

/// <summary>Who settled what frames asked for that left through a port: its device or software (C-072).</summary>
/// <param name="SumsAsked">Frames whose checksum the device was asked to complete.</param>
/// <param name="SumsDone">Frames whose checksum was completed in software.</param>
/// <param name="CutsAsked">Frames that the device was asked to cut.</param>
/// <param name="CutsDone">Frames that were cut in software.</param>
/// <param name="Joins">Frames that were made of several received ones (C-025).</param>
/// <param name="Joined">The received frames that those were made of.</param>
public readonly record struct OffloadTraffic(ulong SumsAsked, ulong SumsDone, ulong CutsAsked, ulong CutsDone, ulong Joins, ulong Joined);
