namespace NvgreGateway.Control;

/// <summary>A condition that is raised: something a person should look at.</summary>
/// <param name="Name">Stable name, for example <c>peer_down</c>.</param>
/// <param name="Subject">What it is about.</param>
/// <param name="Text">What is wrong.</param>
/// <param name="Since">When it was raised, nanoseconds of control's clock.</param>
public sealed record Condition(string Name, string Subject, string Text, ulong Since);
