namespace NvgreGateway.Tests.Flow;

/// <summary>What a device did with a frame.</summary>
/// <param name="Hit">Whether a rule took it; else it is software's, as it arrived.</param>
/// <param name="Queue">The queue, or -1.</param>
/// <param name="Port">The port that it left by, or -1.</param>
/// <param name="Frame">Its bytes then.</param>
internal sealed record NicOutcome(bool Hit, int Queue, int Port, byte[] Frame);
