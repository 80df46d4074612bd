%% Runs scenarios on the supervisor of the OTP that is installed, and writes what that does: a line of JSON each,
%% {"id": ..., "rows": [...]}; rows as in scenario.ts.
%%
%% It has to run on one scheduler (erl +S 1). Whatever starts says so to a recorder, which watches it from then on;
%% with one scheduler the recorder hears of an end before anybody can have reacted to it, so that the order in
%% which it hears of things is the order in which they happened.
-module(otp_runner).
-export([main/2]).
-export([start_supervisor/4, init/1, start_worker/4, worker/5]).

-define(AT_ONCE, 48).
%% A scenario in which seconds pass has to be through before OTP's own clock shows the next one.
-define(TRIES, 20).

main(In, Out) ->
    logger:set_primary_config(level, none),
    {ok, Scenarios} = file:consult(In),
    {ok, File} = file:open(Out, [write]),
    Lanes = lanes(Scenarios, lists:duplicate(?AT_ONCE, [])),
    Self = self(),
    Running = [spawn_monitor(fun() -> [Self ! {row, play(Each, ?TRIES)} || Each <- Lane] end) || Lane <- Lanes],
    collect(File, length(Scenarios), length(Running)),
    ok = file:close(File).

lanes([], Lanes) -> Lanes;
lanes([Each | Rest], [Lane | Lanes]) -> lanes(Rest, Lanes ++ [[Each | Lane]]).

collect(_, 0, _) -> ok;
collect(File, Left, Running) ->
    receive
        {row, Result} ->
            ok = file:write(File, [json(Result), $\n]),
            collect(File, Left - 1, Running);
        {'DOWN', _, process, _, normal} -> collect(File, Left, Running - 1);
        {'DOWN', _, process, _, Reason} -> exit(Reason)
    end.

%% --- one scenario ---

play(#{id := Id, steps := Steps} = Scenario, Tries) ->
    process_flag(trap_exit, true),
    Second = case [S || #{op := advance} = S <- Steps] of
                 [] -> any;
                 _ -> next_second()
             end,
    Recorder = spawn_link(fun() -> recorder(#{starts => #{}, living => #{}, events => [], heard => 0}) end),
    Rows = rows(Scenario, Recorder),
    unlink(Recorder),
    exit(Recorder, kill),
    case Second =:= any orelse Second =:= erlang:monotonic_time(second) of
        true -> #{id => Id, rows => Rows};
        false when Tries > 1 -> play(Scenario, Tries - 1);
        false -> exit({too_slow, Id})
    end.

rows(#{tree := Tree, steps := Steps}, Recorder) ->
    Started = start_supervisor(Recorder, <<"root">>, Tree, strategy(Tree)),
    First = row(started(Started), Recorder),
    Rest = [row(step(Step, Recorder), Recorder) || Step <- Steps],
    stop_root(Started),
    [First | Rest] ++ [row(ok, Recorder)].

stop_root({ok, Root}) ->
    Watch = monitor(process, Root),
    exit(Root, shutdown),
    receive {'DOWN', Watch, _, _, _} -> ok end;
stop_root(_) -> ok.

row(Result, Recorder) ->
    wait_until_quiet(Recorder, -1, 0),
    Living = lists:sort(ask(Recorder, supervisors)),
    #{result => Result, events => ask(Recorder, events), state => [state(Each, Recorder) || Each <- Living]}.

%% Quiet: three times in a row all supervisors have answered a call, and nothing has happened in between.
wait_until_quiet(_, _, 3) -> ok;
wait_until_quiet(Recorder, Heard, Times) ->
    [catch supervisor:count_children(Pid) || {_, Pid, _} <- ask(Recorder, supervisors)],
    timer:sleep(1),
    case ask(Recorder, heard) of
        Heard -> wait_until_quiet(Recorder, Heard, Times + 1);
        More -> wait_until_quiet(Recorder, More, 0)
    end.

state({Path, Pid, Strategy}, Recorder) ->
    Children = [child(Each, Recorder) || Each <- supervisor:which_children(Pid)],
    %% Declared ones are listed from the last to the first; dynamic ones in no order at all.
    Ordered = case Strategy of
                  simple_one_for_one -> lists:sort(fun(#{id := A}, #{id := B}) -> A =< B end, Children);
                  _ -> lists:reverse(Children)
              end,
    #{path => Path, children => Ordered, counts => maps:from_list(supervisor:count_children(Pid))}.

child({Id, Pid, _, _}, Recorder) when is_pid(Pid) ->
    {Path, N} = ask(Recorder, {who, Pid}),
    Name = case Id of
               undefined -> lists:last(binary:split(Path, <<"/">>, [global]));
               _ -> Id
           end,
    #{id => Name, status => running, incarnation => N};
child({undefined, Status, _, _}, _) -> #{id => <<"?">>, status => Status};
child({Id, undefined, _, _}, _) -> #{id => Id, status => stopped};
child({Id, Status, _, _}, _) -> #{id => Id, status => Status}.

%% --- steps ---

step(#{op := advance, seconds := Seconds}, Recorder) ->
    %% Instead of waiting: the restarts that each supervisor remembers are so much older from now on.
    [sys:replace_state(Pid, fun(State) -> older(State, Seconds) end) || {_, Pid, _} <- ask(Recorder, supervisors)],
    ok;
step(#{op := exit, path := Path, reason := Reason}, Recorder) ->
    end_worker(Path, Reason, Recorder);
step(#{op := exit_many, path := Path, exits := Exits}, Recorder) ->
    with_supervisor(Path, Recorder, fun(Pid, _) ->
        %% It is held meanwhile, and finds all these ends in its mailbox.
        true = erlang:suspend_process(Pid),
        Results = [end_worker(Each, Reason, Recorder) || #{path := Each, reason := Reason} <- Exits],
        true = erlang:resume_process(Pid),
        Results
    end);
step(#{op := stop_supervisor, path := Path, reason := Reason}, Recorder) ->
    with_supervisor(Path, Recorder, fun(Pid, _) -> gen_server:stop(Pid, reason(Reason), infinity) end);
step(#{op := start_child, path := Path, spec := Spec}, Recorder) ->
    with_supervisor(Path, Recorder, fun
        (Pid, simple_one_for_one) -> started(supervisor:start_child(Pid, [maps:get(id, Spec), Spec]));
        (Pid, _) -> started(supervisor:start_child(Pid, declared(Spec, Path, Recorder)))
    end);
step(#{op := restart_child, path := Path, child := Id}, Recorder) ->
    with_supervisor(Path, Recorder, fun(Pid, _) -> started(supervisor:restart_child(Pid, Id)) end);
step(#{op := delete_child, path := Path, child := Id}, Recorder) ->
    with_supervisor(Path, Recorder, fun(Pid, _) -> done(supervisor:delete_child(Pid, Id)) end);
step(#{op := terminate_child, path := Path, child := Id}, Recorder) ->
    with_supervisor(Path, Recorder, fun
        (Pid, simple_one_for_one) ->
            %% A dynamic child has no id that could be named: it is its process.
            case ask(Recorder, {find, <<Path/binary, "/", Id/binary>>}) of
                {Child, _} -> done(supervisor:terminate_child(Pid, Child));
                none -> #{error => not_found}
            end;
        (Pid, _) -> done(supervisor:terminate_child(Pid, Id))
    end).

with_supervisor(Path, Recorder, Call) ->
    case ask(Recorder, {find, Path}) of
        {_, worker} -> noproc;
        {Pid, Strategy} -> try Call(Pid, Strategy) catch exit:_ -> noproc end;
        none -> noproc
    end.

end_worker(Path, Reason, Recorder) ->
    case ask(Recorder, {find, Path}) of
        {Pid, worker} ->
            Watch = monitor(process, Pid),
            Pid ! {end_with, reason(Reason)},
            receive {'DOWN', Watch, _, _, _} -> ok end;
        _ -> noproc
    end.

%% The state of a supervisor is OTP's own business; so this looks twice before it touches it.
older(State, Seconds) when element(1, State) =:= state, is_list(element(8, State)) ->
    Restarts = element(8, State),
    true = lists:all(fun is_integer/1, Restarts),
    setelement(8, State, [At - Seconds || At <- Restarts]).

next_second() ->
    Now = erlang:monotonic_time(second),
    timer:sleep(5),
    case erlang:monotonic_time(second) of
        Now -> next_second();
        Next -> Next
    end.

reason(crash) -> boom;
reason(shutdown_term) -> {shutdown, detail};
reason(Reason) -> Reason.

started({ok, undefined}) -> ok_ignored;
started({ok, _}) -> ok;
started({error, {already_started, _}}) -> #{error => already_started};
started({error, Error}) when is_atom(Error), Error =/= boom -> #{error => Error};
started({error, _}) -> #{error => start_failed}.

done(ok) -> ok;
done({error, Error}) -> #{error => Error}.

%% --- the tree: real supervisors, and workers that do as they are told ---

start_supervisor(Recorder, Path, Tree, Strategy) ->
    supervisor:start_link(?MODULE, {Recorder, Path, Tree, Strategy}).

init({Recorder, Path, #{intensity := Intensity, period := Period} = Tree, Strategy}) ->
    _ = ask(Recorder, {born, self(), Path, ask(Recorder, {attempt, Path}), Strategy}),
    Flags = #{strategy => Strategy, intensity => Intensity, period => Period,
              auto_shutdown => maps:get(auto_shutdown, Tree, never)},
    {ok, {Flags, children(Tree, Path, Recorder)}}.

children(#{template := Template}, Path, Recorder) ->
    [(declared(Template, Path, Recorder))#{start => {?MODULE, start_worker, [Recorder, Path]}}];
children(#{children := Children}, Path, Recorder) ->
    [declared(Each, Path, Recorder) || Each <- Children].

declared(#{id := Id} = Child, Path, Recorder) ->
    Common = #{id => Id, restart => maps:get(restart, Child, permanent),
               significant => maps:get(significant, Child, false)},
    case Child of
        #{supervisor := Tree} ->
            Arguments = [Recorder, <<Path/binary, "/", Id/binary>>, Tree, strategy(Tree)],
            Common#{type => supervisor, start => {?MODULE, start_supervisor, Arguments}};
        _ ->
            Common#{start => {?MODULE, start_worker, [Recorder, Path, Id, Child]},
                    shutdown => maps:get(shutdown, Child, 5000)}
    end.

strategy(#{strategy := Strategy}) -> Strategy.

start_worker(Recorder, Above, Id, Child) ->
    Path = <<Above/binary, "/", Id/binary>>,
    N = ask(Recorder, {attempt, Path}),
    Script = maps:get(starts, Child, [ok]),
    case lists:nth(min(N, length(Script)), Script) of
        ok -> proc_lib:start_link(?MODULE, worker, [Recorder, self(), Path, N, maps:get(on_shutdown, Child, stop)]);
        ignore -> ask(Recorder, {note, [start_ignored, Path, N]}), ignore;
        error -> ask(Recorder, {note, [start_failed, Path, N]}), {error, boom};
        throw -> ask(Recorder, {note, [start_failed, Path, N]}), error(boom)
    end.

worker(Recorder, Supervisor, Path, N, OnShutdown) ->
    process_flag(trap_exit, true),
    _ = ask(Recorder, {born, self(), Path, N, worker}),
    proc_lib:init_ack({ok, self()}),
    live(Supervisor, OnShutdown).

live(Supervisor, OnShutdown) ->
    receive
        {end_with, Reason} -> exit(Reason);
        {'EXIT', Supervisor, _} when OnShutdown =:= stop -> exit(shutdown);
        {'EXIT', Supervisor, _} when OnShutdown =:= normal -> exit(normal);
        {'EXIT', Supervisor, _} when OnShutdown =:= crash -> exit(boom);
        _ -> live(Supervisor, OnShutdown)
    end.

%% --- the recorder ---

ask(Recorder, Question) ->
    Watch = monitor(process, Recorder),
    Recorder ! {ask, self(), Watch, Question},
    receive
        {Watch, Answer} -> demonitor(Watch, [flush]), Answer;
        {'DOWN', Watch, _, _, Reason} -> exit(Reason)
    end.

recorder(#{living := Living} = State) ->
    receive
        {ask, From, Tag, Question} ->
            {Answer, Next} = answer(Question, State),
            From ! {Tag, Answer},
            recorder(Next);
        {'DOWN', _, process, Pid, Reason} ->
            {{Path, N, _}, Left} = maps:take(Pid, Living),
            Next = State#{living := Left},
            case Reason of
                %% When the process of a supervisor ends that could not start is a matter of chance.
                {shutdown, {failed_to_start_child, _, _}} -> recorder(Next);
                _ -> recorder(note([exit, Path, N, ending(Reason)], Next))
            end
    end.

answer({attempt, Path}, #{starts := Starts} = State) ->
    N = maps:get(Path, Starts, 0) + 1,
    {N, State#{starts := Starts#{Path => N}}};
answer({born, Pid, Path, N, Kind}, #{living := Living} = State) ->
    monitor(process, Pid),
    {ok, note([start, Path, N], State#{living := Living#{Pid => {Path, N, Kind}}})};
answer({note, Event}, State) -> {ok, note(Event, State)};
answer({who, Pid}, #{living := Living} = State) ->
    {Path, N, _} = maps:get(Pid, Living),
    {{Path, N}, State};
answer({find, Path}, #{living := Living} = State) ->
    case lists:sort([{N, Pid, Kind} || {Pid, {At, N, Kind}} <- maps:to_list(Living), At =:= Path]) of
        [] -> {none, State};
        Found -> {_, Pid, Kind} = lists:last(Found), {{Pid, Kind}, State}
    end;
answer(supervisors, #{living := Living} = State) ->
    {[{Path, Pid, Kind} || {Pid, {Path, _, Kind}} <- maps:to_list(Living), Kind =/= worker], State};
answer(heard, #{heard := Heard} = State) -> {Heard, State};
answer(events, #{events := Events} = State) -> {lists:reverse(Events), State#{events := []}}.

note(Event, #{events := Events, heard := Heard} = State) -> State#{events := [Event | Events], heard := Heard + 1}.

ending({shutdown, _}) -> shutdown_term;
ending(boom) -> crash;
ending(Reason) when Reason =:= normal; Reason =:= shutdown; Reason =:= killed -> Reason;
ending(_) -> other.

%% --- JSON ---

json(Map) when is_map(Map) ->
    [${, lists:join($,, [[json(Key), $:, json(Value)] || {Key, Value} <- maps:to_list(Map)]), $}];
json(List) when is_list(List) -> [$[, lists:join($,, [json(Each) || Each <- List]), $]];
json(Number) when is_integer(Number) -> integer_to_binary(Number);
json(Atom) when is_atom(Atom) -> json(atom_to_binary(Atom));
json(Text) when is_binary(Text) -> [$", Text, $"].
