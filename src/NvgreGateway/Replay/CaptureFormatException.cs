namespace NvgreGateway.Replay;

/// <summary>A capture file that cannot be read; the message names the file, the place and what was expected.</summary>
public sealed class CaptureFormatException(string message) : Exception(message);
